-- Every state of every operation, as the first version of the desk left it.
BEGIN;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
CREATE TABLE stamp (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE audit (
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  address TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  facts TEXT NOT NULL,
  digest TEXT NOT NULL
) STRICT;
CREATE TABLE customer (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  email TEXT NOT NULL,
  reference TEXT NOT NULL COLLATE NOCASE UNIQUE,
  holder_type TEXT NOT NULL,
  stripe_customer_id TEXT,
  stripe_decided INTEGER NOT NULL DEFAULT 0,
  stripe_key TEXT NOT NULL,
  stripe_body TEXT,
  stripe_started_at INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
, erased_at INTEGER, merged_into TEXT REFERENCES customer(id)) STRICT;
CREATE TABLE item (
  id TEXT PRIMARY KEY,
  plaid_item_id TEXT UNIQUE,
  customer_id TEXT NOT NULL REFERENCES customer(id),
  generation TEXT NOT NULL,
  institution_id TEXT,
  institution_name TEXT NOT NULL,
  state TEXT NOT NULL,
  access_token BLOB,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE TABLE bank_account (
  id TEXT PRIMARY KEY,
  customer_id TEXT NOT NULL REFERENCES customer(id),
  item_id TEXT NOT NULL REFERENCES item(id),
  plaid_account_id TEXT NOT NULL,
  name TEXT NOT NULL,
  mask TEXT,
  subtype TEXT,
  institution_id TEXT,
  institution_name TEXT NOT NULL,
  stripe_customer_id TEXT,
  stripe_bank_account_id TEXT,
  stripe_bank_name TEXT,
  stripe_last4 TEXT,
  stripe_status TEXT,
  fingerprint TEXT,
  mandate_id TEXT,
  mandate_status TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL, ended TEXT, ended_at INTEGER, replaced_by TEXT REFERENCES bank_account(id), persistent_id TEXT, missing_since INTEGER, looked_at INTEGER,
  UNIQUE (item_id, plaid_account_id)
) STRICT;
CREATE TABLE link_attempt (
  id TEXT PRIMARY KEY,
  customer_id TEXT NOT NULL REFERENCES customer(id),
  generation TEXT NOT NULL,
  state TEXT NOT NULL,
  operator TEXT NOT NULL,
  operator_address TEXT NOT NULL,
  hint TEXT,
  link_token BLOB,
  link_expires_at INTEGER,
  outcome_id TEXT,
  link_session_id TEXT,
  institution_id TEXT,
  institution_name TEXT,
  accounts TEXT NOT NULL DEFAULT '[]',
  account_id TEXT,
  public_token BLOB,
  evidence TEXT NOT NULL DEFAULT '{}',
  question TEXT,
  duplicate_of TEXT REFERENCES bank_account(id),
  duplicate_allowed INTEGER NOT NULL DEFAULT 0,
  exchange_started_at INTEGER,
  exchange_checked_at INTEGER,
  bank_token BLOB,
  attach_key TEXT,
  attach_started_at INTEGER,
  mandate_key TEXT,
  mandate_body TEXT,
  mandate_started_at INTEGER,
  resume_state TEXT,
  item_id TEXT REFERENCES item(id),
  bank_account_id TEXT REFERENCES bank_account(id),
  problem TEXT,
  lease_owner TEXT,
  lease_until INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
, kind TEXT NOT NULL DEFAULT 'link', replaces TEXT REFERENCES bank_account(id), old_source TEXT) STRICT;
CREATE TABLE link_outcome (
  id TEXT PRIMARY KEY,
  attempt_id TEXT NOT NULL REFERENCES link_attempt(id),
  kind TEXT NOT NULL,
  token_digest TEXT UNIQUE,
  detail TEXT NOT NULL,
  events TEXT NOT NULL,
  received_at INTEGER NOT NULL
) STRICT;
CREATE TABLE mandate (
  id TEXT PRIMARY KEY,
  bank_account_id TEXT NOT NULL REFERENCES bank_account(id),
  customer_id TEXT NOT NULL REFERENCES customer(id),
  stripe_mandate_id TEXT NOT NULL UNIQUE,
  setup_intent_id TEXT NOT NULL,
  status TEXT NOT NULL,
  acceptance TEXT NOT NULL,
  accepted_at INTEGER NOT NULL,
  text TEXT NOT NULL,
  text_version TEXT NOT NULL,
  evidence TEXT NOT NULL,
  operator TEXT NOT NULL,
  operator_address TEXT NOT NULL,
  link_session_id TEXT,
  created_at INTEGER NOT NULL
) STRICT;
CREATE TABLE debit (
  id TEXT PRIMARY KEY,
  ticket TEXT NOT NULL UNIQUE,
  customer_id TEXT NOT NULL REFERENCES customer(id),
  bank_account_id TEXT NOT NULL REFERENCES bank_account(id),
  amount_cents INTEGER NOT NULL CHECK (amount_cents > 0),
  currency TEXT NOT NULL,
  purpose TEXT NOT NULL,
  invoice_reference TEXT NOT NULL,
  statement_descriptor TEXT NOT NULL,
  state TEXT NOT NULL,
  idempotency_key TEXT NOT NULL UNIQUE,
  body TEXT NOT NULL,
  balance TEXT NOT NULL,
  requested_by TEXT NOT NULL,
  requester_address TEXT NOT NULL,
  first_sent_at INTEGER,
  replayed INTEGER NOT NULL DEFAULT 0,
  payment_intent_id TEXT UNIQUE,
  charge_id TEXT,
  problem TEXT,
  lease_owner TEXT,
  lease_until INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE TABLE institution (
  id TEXT PRIMARY KEY,
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  products TEXT NOT NULL,
  oauth INTEGER NOT NULL,
  logo TEXT,
  url TEXT,
  color TEXT,
  hint TEXT
) STRICT;
CREATE TABLE institution_read (id INTEGER PRIMARY KEY CHECK (id = 1), read_at INTEGER NOT NULL) STRICT;
CREATE TABLE charge (
      id TEXT PRIMARY KEY, created INTEGER NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL, status TEXT NOT NULL,
      refunded INTEGER NOT NULL, disputed INTEGER NOT NULL, failure_code TEXT, failure_message TEXT, rail TEXT NOT NULL,
      intent_id TEXT, method_id TEXT, customer_id TEXT, settlement_id TEXT, bank TEXT, last4 TEXT, holder_type TEXT,
      mandate_id TEXT, expected_debit TEXT, trace TEXT, descriptor TEXT, debit_id TEXT, reference TEXT, network_code TEXT
    ) STRICT, WITHOUT ROWID;
CREATE TABLE intent (
      id TEXT PRIMARY KEY, created INTEGER NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL, status TEXT NOT NULL,
      customer_id TEXT, charge_id TEXT, error_code TEXT, debit_id TEXT, reference TEXT, method_id TEXT
    ) STRICT, WITHOUT ROWID;
CREATE TABLE settlement (
      id TEXT PRIMARY KEY, created INTEGER NOT NULL, amount INTEGER NOT NULL, fee INTEGER NOT NULL, net INTEGER NOT NULL,
      currency TEXT NOT NULL, type TEXT NOT NULL, status TEXT NOT NULL, available_on INTEGER NOT NULL, source_id TEXT,
      payout_id TEXT
    ) STRICT, WITHOUT ROWID;
CREATE TABLE refund (
      id TEXT PRIMARY KEY, created INTEGER NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL, status TEXT NOT NULL,
      charge_id TEXT, reason TEXT, failure_reason TEXT
    ) STRICT, WITHOUT ROWID;
CREATE TABLE dispute (
      id TEXT PRIMARY KEY, created INTEGER NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL, status TEXT NOT NULL,
      charge_id TEXT, reason TEXT
    ) STRICT, WITHOUT ROWID;
CREATE TABLE payout (
      id TEXT PRIMARY KEY, created INTEGER NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL, status TEXT NOT NULL,
      arrival INTEGER NOT NULL, automatic INTEGER NOT NULL, reconciliation TEXT, trace TEXT, itemised INTEGER NOT NULL DEFAULT 0
    ) STRICT, WITHOUT ROWID;
CREATE TABLE stripe_customer (
      id TEXT PRIMARY KEY, created INTEGER NOT NULL, name TEXT, email TEXT
    ) STRICT, WITHOUT ROWID;
CREATE TABLE payment (
      seq INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      created INTEGER NOT NULL,
      day INTEGER NOT NULL,
      amount INTEGER NOT NULL,
      currency TEXT NOT NULL,
      state TEXT NOT NULL,
      due INTEGER,
      reason TEXT,
      rail TEXT NOT NULL,
      customer_id TEXT,
      customer TEXT NOT NULL,
      email TEXT NOT NULL,
      bank TEXT NOT NULL,
      last4 TEXT,
      reference TEXT NOT NULL,
      fee INTEGER,
      net INTEGER,
      refunded INTEGER NOT NULL,
      available_on INTEGER,
      payout_id TEXT,
      intent_id TEXT,
      debit_id TEXT
    ) STRICT;
CREATE VIRTUAL TABLE payment_search USING fts5(words, tokenize = 'unicode61', prefix = '2 3 4');
CREATE TABLE payment_unsearched (id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE payment_by_day (
      day INTEGER NOT NULL, state TEXT NOT NULL, currency TEXT NOT NULL, rail TEXT NOT NULL,
      count INTEGER NOT NULL, amount INTEGER NOT NULL, refunded INTEGER NOT NULL,
      PRIMARY KEY (day, state, currency, rail)
    ) STRICT, WITHOUT ROWID;
CREATE TABLE payment_by_customer (
      customer_id TEXT NOT NULL, state TEXT NOT NULL, currency TEXT NOT NULL, count INTEGER NOT NULL, amount INTEGER NOT NULL,
      PRIMARY KEY (customer_id, state, currency)
    ) STRICT, WITHOUT ROWID;
CREATE TABLE payment_by_reason (
      day INTEGER NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL, currency TEXT NOT NULL, count INTEGER NOT NULL,
      amount INTEGER NOT NULL, PRIMARY KEY (day, state, reason, currency)
    ) STRICT, WITHOUT ROWID;
CREATE TABLE sync_run (
      id INTEGER PRIMARY KEY, started_at INTEGER NOT NULL, finished_at INTEGER, kind TEXT NOT NULL, report TEXT
    ) STRICT;
CREATE TABLE sync_cursor (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE sync_window (
      resource TEXT NOT NULL, start INTEGER NOT NULL, stop INTEGER NOT NULL, done INTEGER NOT NULL DEFAULT 0, after TEXT,
      PRIMARY KEY (resource, start)
    ) STRICT, WITHOUT ROWID;
CREATE TABLE sync_event (id TEXT PRIMARY KEY, created INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE sync_read (
      day INTEGER NOT NULL, endpoint TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (day, endpoint)
    ) STRICT, WITHOUT ROWID;
CREATE TABLE lease (name TEXT PRIMARY KEY, owner TEXT NOT NULL, until INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE visit (
  id TEXT PRIMARY KEY,
  person TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  ended_at INTEGER,
  reason TEXT
) STRICT
;
CREATE TABLE pin (
  person TEXT PRIMARY KEY,
  salt BLOB NOT NULL,
  digest BLOB NOT NULL,
  failures INTEGER NOT NULL DEFAULT 0,
  locked_until INTEGER,
  set_at INTEGER NOT NULL
) STRICT
;
CREATE TABLE device_lock (
  id TEXT PRIMARY KEY,
  device TEXT NOT NULL,
  operator TEXT NOT NULL,
  operator_address TEXT NOT NULL,
  customer_id TEXT NOT NULL REFERENCES customer(id),
  attempt_id TEXT REFERENCES link_attempt(id),
  hint TEXT,
  language TEXT NOT NULL,
  ending TEXT,
  locked_at INTEGER NOT NULL,
  released_at INTEGER
) STRICT
;
CREATE TABLE link_acceptance (
  attempt_id TEXT PRIMARY KEY REFERENCES link_attempt(id),
  how TEXT NOT NULL,
  text TEXT NOT NULL,
  version TEXT NOT NULL,
  language TEXT NOT NULL,
  business_name TEXT NOT NULL,
  accepted_at INTEGER NOT NULL,
  operator TEXT NOT NULL,
  operator_address TEXT NOT NULL,
  facts TEXT NOT NULL
) STRICT
;
CREATE TABLE mandate_revocation (
  bank_account_id TEXT NOT NULL REFERENCES bank_account(id),
  stripe_mandate_id TEXT PRIMARY KEY,
  reason TEXT NOT NULL,
  revoked_by TEXT NOT NULL,
  revoked_at INTEGER NOT NULL
) STRICT
;
CREATE TABLE link_hosted (
  attempt_id TEXT PRIMARY KEY REFERENCES link_attempt(id),
  url BLOB NOT NULL,
  state TEXT NOT NULL,
  asked INTEGER NOT NULL DEFAULT 0,
  next_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT
;
CREATE TABLE saved_view (
  person TEXT NOT NULL,
  name TEXT NOT NULL COLLATE NOCASE,
  query TEXT NOT NULL,
  saved_at INTEGER NOT NULL,
  PRIMARY KEY (person, name)
) STRICT, WITHOUT ROWID
;
CREATE TABLE audit_head (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  seq INTEGER NOT NULL,
  digest TEXT NOT NULL
) STRICT
;
CREATE TABLE customer_key (
  customer_id TEXT PRIMARY KEY REFERENCES customer(id),
  key BLOB NOT NULL
) STRICT
;
CREATE TABLE erasure (
      id TEXT PRIMARY KEY REFERENCES customer(id),
      pseudonym TEXT NOT NULL UNIQUE,
      asked_by TEXT NOT NULL,
      asked_at INTEGER NOT NULL,
      stage TEXT NOT NULL,
      wiped_at INTEGER,
      done_at INTEGER,
      problem TEXT,
      next_at INTEGER NOT NULL,
      lease_owner TEXT,
      lease_until INTEGER
    ) STRICT;
CREATE TABLE erased_stripe_customer (
      id TEXT PRIMARY KEY, pseudonym TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
CREATE TABLE kept_proof (
      mandate_id TEXT PRIMARY KEY REFERENCES mandate(id),
      customer_id TEXT NOT NULL REFERENCES customer(id),
      keep_until INTEGER NOT NULL,
      sealed BLOB NOT NULL
    ) STRICT;
CREATE TABLE retention (job TEXT PRIMARY KEY, ran_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE token_rotation (
  id TEXT PRIMARY KEY REFERENCES item(id),
  state TEXT NOT NULL,
  wanted_by TEXT NOT NULL,
  address TEXT NOT NULL,
  wanted_at INTEGER NOT NULL,
  ended_at INTEGER,
  problem TEXT,
  next_at INTEGER NOT NULL,
  lease_owner TEXT,
  lease_until INTEGER
) STRICT
;
CREATE TABLE customer_note (
  id TEXT PRIMARY KEY,
  customer_id TEXT NOT NULL REFERENCES customer(id),
  text TEXT NOT NULL,
  author TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT
;
CREATE TABLE customer_telling (
  customer_id TEXT PRIMARY KEY REFERENCES customer(id),
  version TEXT NOT NULL,
  problem TEXT,
  refused INTEGER NOT NULL DEFAULT 0,
  lease_until INTEGER NOT NULL DEFAULT 0,
  wanted_at INTEGER NOT NULL
) STRICT
;
CREATE TABLE attempt_aside (
  attempt_id TEXT PRIMARY KEY REFERENCES link_attempt(id),
  person TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT
;
CREATE TABLE item_removal (
  id TEXT PRIMARY KEY REFERENCES item(id),
  why TEXT NOT NULL,
  replaced_by TEXT REFERENCES bank_account(id),
  operator TEXT NOT NULL,
  operator_address TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  plaid_at INTEGER,
  done_at INTEGER,
  problem TEXT,
  next_at INTEGER NOT NULL,
  lease_owner TEXT,
  lease_until INTEGER
) STRICT
;
CREATE TABLE item_health (
  item_id TEXT PRIMARY KEY REFERENCES item(id),
  error_code TEXT,
  error_reason TEXT,
  consent_expires_at INTEGER,
  since INTEGER,
  read_at INTEGER,
  next_at INTEGER NOT NULL DEFAULT 0,
  asked INTEGER NOT NULL DEFAULT 0,
  accounts_at INTEGER
) STRICT
;
CREATE TABLE item_health_asked (day TEXT PRIMARY KEY, asked INTEGER NOT NULL) STRICT;
CREATE TABLE account_shared (
  account_id TEXT NOT NULL REFERENCES bank_account(id),
  other_id TEXT NOT NULL REFERENCES bank_account(id),
  how TEXT NOT NULL,
  found_at INTEGER NOT NULL,
  seen_by TEXT,
  seen_at INTEGER,
  PRIMARY KEY (account_id, other_id)
) STRICT
;
CREATE TABLE bank_balance (
  bank_account_id TEXT PRIMARY KEY REFERENCES bank_account(id),
  customer_id TEXT NOT NULL REFERENCES customer(id),
  key_of TEXT NOT NULL,
  sealed TEXT NOT NULL,
  read_at INTEGER NOT NULL
) STRICT
;
CREATE TABLE bank_holder (
  bank_account_id TEXT PRIMARY KEY REFERENCES bank_account(id),
  customer_id TEXT NOT NULL REFERENCES customer(id),
  key_of TEXT NOT NULL,
  sealed TEXT NOT NULL,
  read_at INTEGER NOT NULL,
  decision TEXT,
  decided_about TEXT,
  decided_by TEXT,
  decided_at INTEGER
) STRICT
;
CREATE TABLE bank_transaction (
  item_id TEXT NOT NULL REFERENCES item(id),
  transaction_id TEXT NOT NULL,
  customer_id TEXT NOT NULL REFERENCES customer(id),
  account_id TEXT NOT NULL,
  day TEXT NOT NULL,
  key_of TEXT NOT NULL,
  sealed TEXT NOT NULL,
  PRIMARY KEY (item_id, transaction_id)
) STRICT
;
CREATE TABLE bank_transaction_cursor (
  item_id TEXT PRIMARY KEY REFERENCES item(id),
  cursor TEXT NOT NULL,
  read_at INTEGER NOT NULL
) STRICT
;
CREATE TABLE plaid_call (
  month TEXT NOT NULL,
  name TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (month, name)
) STRICT
;
CREATE TABLE webhook_event (
  provider TEXT NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  done_at INTEGER,
  PRIMARY KEY (provider, id)
) STRICT, WITHOUT ROWID
;
INSERT INTO "_sqlite_migrations" VALUES(1,'core','core_001_tables','2026-11-29 02:45:32.821816+00:00');
INSERT INTO "_sqlite_migrations" VALUES(2,'payments','payments_001_tables','2026-11-29 02:45:32.836983+00:00');
INSERT INTO "_sqlite_migrations" VALUES(3,'people','people_001_visits_and_pins','2026-11-29 02:45:32.838137+00:00');
INSERT INTO "_sqlite_migrations" VALUES(4,'handover','handover_001_tables','2026-11-29 02:45:32.847827+00:00');
INSERT INTO "_sqlite_migrations" VALUES(5,'finance','finance_001_saved_views','2026-11-29 02:45:32.848497+00:00');
INSERT INTO "_sqlite_migrations" VALUES(6,'keeping','keeping_001_trail','2026-11-29 02:45:32.849674+00:00');
INSERT INTO "_sqlite_migrations" VALUES(7,'keeping','keeping_002_customer_keys','2026-11-29 02:45:32.849947+00:00');
INSERT INTO "_sqlite_migrations" VALUES(8,'keeping','keeping_003_erasures','2026-11-29 02:45:32.859840+00:00');
INSERT INTO "_sqlite_migrations" VALUES(9,'keeping','keeping_004_token_rotations','2026-11-29 02:45:32.860134+00:00');
INSERT INTO "_sqlite_migrations" VALUES(10,'customers','customers_001_notes_and_merges','2026-11-29 02:45:32.862390+00:00');
INSERT INTO "_sqlite_migrations" VALUES(11,'customers','customers_002_set_aside','2026-11-29 02:45:32.862672+00:00');
INSERT INTO "_sqlite_migrations" VALUES(12,'health','health_001_removals','2026-11-29 02:45:32.873065+00:00');
INSERT INTO "_sqlite_migrations" VALUES(13,'health','health_002_repair','2026-11-29 02:45:32.901133+00:00');
INSERT INTO "_sqlite_migrations" VALUES(14,'bank','bank_001_tables','2026-11-29 02:45:32.902531+00:00');
INSERT INTO "_sqlite_migrations" VALUES(15,'webhooks','webhooks_001_events','2026-11-29 02:45:32.911712+00:00');
INSERT INTO "audit" VALUES(1,1795532400,'demo','192.0.2.1','customer.added','cust_afe9f977549a40af94bf9103aac3557b','{"private": "gAAAAABrC5HMOIuAy7nSb3kOEg8RszJtxYc1PmNpcehrzdr-hqCMhfsvkjs6sTZCFz6MZgvYBIkh6-qDu8EkB2a9f_LQAc8aStgj7dYzIUw-FfW1eKXKQBNSBQ1Rp_62DKnY0Udmd36Q3xNeigPNweyc94-eZ9sDRxSog0RVVyWvRk6BKPPRxVkQ3gJHAcO6Vwy2OpYlxlrhTUF-PWPUj5svbE9_40iubA=="}','cd349dbc3dda66e9d78d219597c712abc1e363c7a7fa2e6b935ded75adb8c346');
INSERT INTO "audit" VALUES(2,1795532400,'demo','192.0.2.1','customer.added','cust_97c1766b5f374093958a9596e855b3d3','{"private": "gAAAAABrC5HMExKQXmpMypawxV23_Swmy-2p5p97juhuGQ8_aLChXU8CSQABewCfoggB3t0n4ETWl22FeAYs-EWkYJFKMtiuoTGw0hXRVhjYgppQgqOsQZvK4_DaBHL3LR2CHZcua6i92uzdMLr5q-yOssVruswBao6epxCR2e0n7rW6w9hJ2c6M6lLzydIVuMgOk_B4JYktpm6suOShx-NW2QJUwLWfoQ=="}','e1a2b56ca0f9523c3650aec27727ac94347fa39a7f8d6221b5e631c0542efe23');
INSERT INTO "audit" VALUES(3,1795532400,'demo','192.0.2.1','link.opened','link_cbe4c0d063a149b38fe69ff832e52997','{"customer": "cust_97c1766b5f374093958a9596e855b3d3", "hint": null}','93ceb03bd036edc999e5781a88bd4d279829981a63714564a767c4530426e103');
INSERT INTO "audit" VALUES(4,1795532400,'demo','192.0.2.1','link.success','link_cbe4c0d063a149b38fe69ff832e52997','{"accounts": 1, "institution": "ins_1", "link_session_id": "session-1", "outcome": "outcome-0001"}','3a12116862a4823c5df50b847561495f04c5cdc5f3aa165574c3b23fccca29a6');
INSERT INTO "audit" VALUES(5,1795532400,'demo','192.0.2.1','link.exchange_started','link_cbe4c0d063a149b38fe69ff832e52997','{"customer": "cust_97c1766b5f374093958a9596e855b3d3"}','a7b286bf812d8962c55afc279ee2b57fe6906beaff8b821b38059496dc1e5449');
INSERT INTO "audit" VALUES(6,1795532400,'demo','192.0.2.1','link.exchanged','link_cbe4c0d063a149b38fe69ff832e52997','{"customer": "cust_97c1766b5f374093958a9596e855b3d3", "item": "item_0b8f7e079d09451c9b37709be88629a0", "plaid_item": "plaid-item-1", "request_id": "req-x"}','19de02876cce17522d5b305a0fec56568c19d116a5ae617fdd2f8a2bfd6c2bc0');
INSERT INTO "audit" VALUES(7,1795532400,'demo','192.0.2.1','link.tokenized','link_cbe4c0d063a149b38fe69ff832e52997','{"customer": "cust_97c1766b5f374093958a9596e855b3d3", "request_id": "req-b"}','fd1a7b5b7e56dbda2e01151e5c15d82486223623911569ed3ed1c805875c5826');
INSERT INTO "audit" VALUES(8,1795532400,'demo','192.0.2.1','link.customer','link_cbe4c0d063a149b38fe69ff832e52997','{"customer": "cust_97c1766b5f374093958a9596e855b3d3", "how": "made", "stripe_customer": "cus_1"}','10a3608040aa7703e1b579711bf47e03c46c668c3d292c1c63f7da9fa6912b42');
INSERT INTO "audit" VALUES(9,1795532400,'demo','192.0.2.1','link.attached','link_cbe4c0d063a149b38fe69ff832e52997','{"bank_account": "ba_1", "customer": "cust_97c1766b5f374093958a9596e855b3d3", "how": "attached"}','eba35338732a6cd42eb9294de5f107a098354b4efc8986a594833e4a48f0a3ef');
INSERT INTO "audit" VALUES(10,1795532400,'demo','192.0.2.1','link.authorized','link_cbe4c0d063a149b38fe69ff832e52997','{"acceptance": "offline", "customer": "cust_97c1766b5f374093958a9596e855b3d3", "mandate": "mandate_1"}','11a6830d377016a30c13e33c086fb53e33436acf347db8a2d9df2b56b46d907f');
INSERT INTO "audit" VALUES(11,1795532400,'demo','192.0.2.1','account.viewed','acct_b70758d719aa495abdf18081dcf3686c','{}','99b227ace563bed5c2dfb423f2948be694c8951944d80c3fc72459e1bd10cde5');
INSERT INTO "audit" VALUES(12,1795532400,'demo','192.0.2.1','balance.read','acct_b70758d719aa495abdf18081dcf3686c','{"currency": "usd", "customer": "cust_97c1766b5f374093958a9596e855b3d3", "private": "gAAAAABrC5HNLGmkVR-0WtPiVK-O2YHb4u-r6Udk_jZyCNup9XzFMcCpOyfoDxF4W1U5vtZGCLa16KGki58CMrudQo-3INTHADBHlE1Z7xeocas27yO4LK8="}','e15558b3a3b84eb1c88249054df251aff1835ce909b46fe140a7b182ea87881c');
INSERT INTO "audit" VALUES(13,1795532400,'demo','192.0.2.1','debit.ordered','debit_7e6d57a894e047ff944199c43e276f72','{"accepted_unknown_balance": false, "account": "acct_b70758d719aa495abdf18081dcf3686c", "amount_cents": 1000, "available_cents": 100000, "invoice_reference": "submitted", "purpose": "services"}','266980d601dbc612bcfe6be5aa527e602ab2d608ed6e1634817807ff56438251');
INSERT INTO "audit" VALUES(14,1795532400,'demo','','debit.sent','debit_7e6d57a894e047ff944199c43e276f72','{}','771c5803bd79e04ffb5704059667b8bf268420b7232cca573469257904c2e324');
INSERT INTO "audit" VALUES(15,1795532400,'demo','','debit.submitted','debit_7e6d57a894e047ff944199c43e276f72','{"how": "sent", "payment_intent": "pi_1"}','d5dbc6089c061e1a07dde50534a2ed298a2cb0e7ce2f951079c6bdeb343b4cd0');
INSERT INTO "audit" VALUES(16,1795532400,'demo','192.0.2.1','balance.read','acct_b70758d719aa495abdf18081dcf3686c','{"currency": "usd", "customer": "cust_97c1766b5f374093958a9596e855b3d3", "private": "gAAAAABrC5HNDKEBTB8_hUTELKQ1mHbmqvKCqaLqD_mYYgC61jYl6cF47ZHk_Jgn__1sv46oJBng_8bmKSRIYsie0jOxzggNs3uEU1eap1tgmLNQhCRSVRI="}','b28acd7cf01a5d7e4fba50c8ce261e6ca6b4ba6fc1f079a6dad742dffb71ea5e');
INSERT INTO "audit" VALUES(17,1795532400,'demo','192.0.2.1','debit.ordered','debit_eca60e466afc40498b64dd75ff70c180','{"accepted_unknown_balance": false, "account": "acct_b70758d719aa495abdf18081dcf3686c", "amount_cents": 1000, "available_cents": 100000, "invoice_reference": "refused", "purpose": "services"}','c80a73c9eb362c680fc49278a06a38083399da2092fbd0d3eab19ace807a1bfd');
INSERT INTO "audit" VALUES(18,1795532400,'demo','','debit.sent','debit_eca60e466afc40498b64dd75ff70c180','{}','c3c897ba03c24af7e1970bc0bb3280cf67b766a1e0764559380188d3e294fd36');
INSERT INTO "audit" VALUES(19,1795532400,'demo','','debit.refused','debit_eca60e466afc40498b64dd75ff70c180','{"code": "bank_account_unusable", "request_id": "req-no"}','65afe4cb65bfb324afe63144372cd5d59a65a7d2701b3e8442453b8dcb7b9136');
INSERT INTO "audit" VALUES(20,1795532400,'demo','192.0.2.1','balance.read','acct_b70758d719aa495abdf18081dcf3686c','{"currency": "usd", "customer": "cust_97c1766b5f374093958a9596e855b3d3", "private": "gAAAAABrC5HNbw3YKX-4szoMBZaHYL8EkQE3naJAtUEV8uZ7YDBlqbc8gtOpW9daSqgyw9OkfSGC6m331ot__6jrWiAfbFcbra4SFonUpAOMuQ-htSVnIq4="}','2e3bfbf17bc0a8653c614679e8a37baed4dc55f5e48e7b9bdebae154ffac79a3');
INSERT INTO "audit" VALUES(21,1795532400,'demo','192.0.2.1','debit.ordered','debit_4b474a5aa2b44ddc9b40347a5db5a778','{"accepted_unknown_balance": false, "account": "acct_b70758d719aa495abdf18081dcf3686c", "amount_cents": 1000, "available_cents": 100000, "invoice_reference": "created", "purpose": "services"}','33c3007bda173d147bfdb1ab06479c6d239f4c94295677f1028feb4681b75ab2');
INSERT INTO "audit" VALUES(22,1795532400,'demo','','debit.sent','debit_4b474a5aa2b44ddc9b40347a5db5a778','{}','02e6f147c4ba58facc016a0d980f8b38ec8018b6333683c96a26709b7a7484be');
INSERT INTO "audit" VALUES(23,1795532400,'demo','','debit.waits','debit_4b474a5aa2b44ddc9b40347a5db5a778','{"code": "unreachable"}','ec2d8eebcdc4bb27f43e5d6bfcc6ccfce32f12605847be8229adacfeb9b81f0e');
INSERT INTO "audit" VALUES(24,1795532400,'demo','192.0.2.1','balance.read','acct_b70758d719aa495abdf18081dcf3686c','{"currency": "usd", "customer": "cust_97c1766b5f374093958a9596e855b3d3", "private": "gAAAAABrC5HN55eBMKzMYNtAsNQqcGVRcSez5rjXxnxfFrvY6jFCNthUL9egB6xgajwF-c3WT-ww_mJbssnAZmDDrtf-om3bbnHEGlI6BwIterWD0X-bl2A="}','16c5d602826b9ab687706e57125864e2951b05c9dd22b5af9cc8423115908a4e');
INSERT INTO "audit" VALUES(25,1795532400,'demo','192.0.2.1','debit.ordered','debit_5018c882092042de82b60e4571be160a','{"accepted_unknown_balance": false, "account": "acct_b70758d719aa495abdf18081dcf3686c", "amount_cents": 1000, "available_cents": 100000, "invoice_reference": "unknown-there", "purpose": "services"}','491c6f9a56489f308e84de8baed4273bdcf2038d08390fdccf0543a25ce48bd3');
INSERT INTO "audit" VALUES(26,1795532400,'demo','','debit.sent','debit_5018c882092042de82b60e4571be160a','{}','4a19b41f484bc95243dff55bd766ba2ae6dc4ac17cd9c454109391d8e52e3091');
INSERT INTO "audit" VALUES(27,1795532400,'demo','','debit.unknown','debit_5018c882092042de82b60e4571be160a','{"code": "unreachable"}','1190b6244ff71b675543adc9ecc59d9ea8b62d33c05fa288806c609b5fbbe43a');
INSERT INTO "audit" VALUES(28,1795532400,'demo','192.0.2.1','balance.read','acct_b70758d719aa495abdf18081dcf3686c','{"currency": "usd", "customer": "cust_97c1766b5f374093958a9596e855b3d3", "private": "gAAAAABrC5HNTcY3R5MNDInFNiatUhkg7Y8vG5KExHuzq7BHUMg2uu5tbeIQJNjDz6m_RMsDgTrxSyLhAX045-eWKjewPUGB7xH7lCDwJW4V4MpRBfyyqvc="}','201147e9c325119e1fbaac54ab27d4bb4a5379436f1b7cff404afe151a8102a0');
INSERT INTO "audit" VALUES(29,1795532400,'demo','192.0.2.1','debit.ordered','debit_1c636c31026646aabdb7eb46be85dd0c','{"accepted_unknown_balance": false, "account": "acct_b70758d719aa495abdf18081dcf3686c", "amount_cents": 1000, "available_cents": 100000, "invoice_reference": "unknown-nowhere", "purpose": "services"}','773b84f3a6f119fee76f120b1beb113b6104aa8989efe8bfcea1b1608621614a');
INSERT INTO "audit" VALUES(30,1795532400,'demo','','debit.sent','debit_1c636c31026646aabdb7eb46be85dd0c','{}','bec0f4a6e8e260d6fe2ee10721734ba1b3ba7137dc097d341a501ea2ab7a79c8');
INSERT INTO "audit" VALUES(31,1795532400,'demo','','debit.unknown','debit_1c636c31026646aabdb7eb46be85dd0c','{"code": "unreachable"}','3d4d3e089fd2f51cfa95a51ee915695c621c6bd7815dc7db11715882ba6a8005');
INSERT INTO "audit" VALUES(32,1795532400,'demo','192.0.2.1','balance.read','acct_b70758d719aa495abdf18081dcf3686c','{"currency": "usd", "customer": "cust_97c1766b5f374093958a9596e855b3d3", "private": "gAAAAABrC5HNbXrON9oKSvZOk-DIxjr106nF_dOvvjimN6gRnmvFr3zU3EvQo10sEngTE7mI0eMlrF_FP6boXY_wleGwY3jtNf_KahbDZ2IdrK4f_R2uQc0="}','d6423d0bd56797984800071bd1b106b49ddb562f792e60a3253ea8864af2d52a');
INSERT INTO "audit" VALUES(33,1795532400,'demo','192.0.2.1','debit.ordered','debit_9ff75c4d012d4d41864dd39356da6088','{"accepted_unknown_balance": false, "account": "acct_b70758d719aa495abdf18081dcf3686c", "amount_cents": 1000, "available_cents": 100000, "invoice_reference": "sending-there", "purpose": "services"}','6c1cbac37a926cf3f3dd3bf49114bb95ef535bf6e8335a42bc8f7dedf4d28fbd');
INSERT INTO "audit" VALUES(34,1795532400,'demo','','debit.sent','debit_9ff75c4d012d4d41864dd39356da6088','{}','91cd3d4ed741583efbcd768205120fa039ada644a8f940fca63b7de0c32317de');
INSERT INTO "audit" VALUES(35,1795532400,'demo','192.0.2.1','balance.read','acct_b70758d719aa495abdf18081dcf3686c','{"currency": "usd", "customer": "cust_97c1766b5f374093958a9596e855b3d3", "private": "gAAAAABrC5HNbK7BjbI5MRBCBhfJe6dSA_Z3RlpjrCgb07l-JDK_3ohwOFxn9vuLrE5AR6J_m0AM1IF8Oh6Q0GGy5JQKo195dbPTG7KxvPW2SOEK_q_YYOc="}','08b58f63d02f2634c4f0806373c05c67c6088e21b1dcd744acbc672c47f7966b');
INSERT INTO "audit" VALUES(36,1795532400,'demo','192.0.2.1','debit.ordered','debit_96662a4d0be64fa7ab4f1ae4e36abd35','{"accepted_unknown_balance": false, "account": "acct_b70758d719aa495abdf18081dcf3686c", "amount_cents": 1000, "available_cents": 100000, "invoice_reference": "sending-nowhere", "purpose": "services"}','fc8768aa901199901b7d30ecf4bc29693dc74c0b0a176cf50984669a8e7249ce');
INSERT INTO "audit" VALUES(37,1795532400,'demo','','debit.sent','debit_96662a4d0be64fa7ab4f1ae4e36abd35','{}','235939901d71bcf2275f24b5cb2db27e2c61573889eca3fd0e51d19b05bf71d1');
INSERT INTO "audit" VALUES(38,1795532400,'demo','192.0.2.1','customer.added','cust_80df04bb6a4e460abd6a86f3cbe141f6','{"private": "gAAAAABrC5HNV0DDzEYMRp9XYysqX8HWLeMqY4cAKdmq1wHhG5igZ-qAtQmMRyG6S2rZjp-MFc-IHpb7gQu5p2pF_s4B5qHVuLBKkf8UEq1tcVuiSc3b5BEHDhHVSY3fqK9nw8arScQa_eozimaGoVicZwkPstFenhrahlgmD2dvkHjQ01whoQ2NEe8L0A7PWcioDB_KtBidjqQSi7AmZHhr_y6eaCQgetDl4A0SNMomVed5eQiu_rA="}','b9400cf7c4646bcf89aea238f0f0305e9036b55fa3ec4fe33723a31526ff6179');
INSERT INTO "audit" VALUES(39,1795532400,'demo','192.0.2.1','link.opened','link_8704c49e111e48eab179a03ef748fe82','{"customer": "cust_80df04bb6a4e460abd6a86f3cbe141f6", "hint": null}','9f6fdf8036736e55435b5c98b7c682000ccb6c90475e32333b3bf15b3fb4956f');
INSERT INTO "audit" VALUES(40,1795532400,'demo','192.0.2.1','link.success','link_8704c49e111e48eab179a03ef748fe82','{"accounts": 1, "institution": "ins_1", "link_session_id": "session-1", "outcome": "outcome-0002"}','0cc1a860d35fbcd3f9cd247526642a598b67f4c15739df1f3c6870d0102b6bf7');
INSERT INTO "audit" VALUES(41,1795532400,'demo','192.0.2.1','link.exchange_started','link_8704c49e111e48eab179a03ef748fe82','{"customer": "cust_80df04bb6a4e460abd6a86f3cbe141f6"}','410014fbae1f5daa49a2ef78dd1559a9097bde51768bd16cbe8613b1c5520d82');
INSERT INTO "audit" VALUES(42,1795532400,'demo','192.0.2.1','link.exchanged','link_8704c49e111e48eab179a03ef748fe82','{"customer": "cust_80df04bb6a4e460abd6a86f3cbe141f6", "item": "item_a21c68467ff34781b5285c15ad590837", "plaid_item": "plaid-item-2", "request_id": "req-x"}','7fd353f2b28f07d00e6bafd273f9e004b1da5958805822e38983f4f895b55ded');
INSERT INTO "audit" VALUES(43,1795532400,'demo','192.0.2.1','link.tokenized','link_8704c49e111e48eab179a03ef748fe82','{"customer": "cust_80df04bb6a4e460abd6a86f3cbe141f6", "request_id": "req-b"}','cd6799920f0a9b409dd7ca00e23cc41c22a375cc23ce5a01f9b8c7cdc5ed9389');
INSERT INTO "audit" VALUES(44,1795532400,'demo','192.0.2.1','link.customer','link_8704c49e111e48eab179a03ef748fe82','{"customer": "cust_80df04bb6a4e460abd6a86f3cbe141f6", "how": "made", "stripe_customer": "cus_2"}','9b581ec19a8e1f39c4c5cdfbef1b40939e4162a64136ae3ec3096f32b2658b34');
INSERT INTO "audit" VALUES(45,1795532400,'demo','192.0.2.1','link.attached','link_8704c49e111e48eab179a03ef748fe82','{"bank_account": "ba_2", "customer": "cust_80df04bb6a4e460abd6a86f3cbe141f6", "how": "attached"}','11377fb4b7ee9fb3c19b38248ba1c1a55a1ca159dd169aaf1f3b4b316a6f947a');
INSERT INTO "audit" VALUES(46,1795532400,'demo','192.0.2.1','link.authorized','link_8704c49e111e48eab179a03ef748fe82','{"acceptance": "offline", "customer": "cust_80df04bb6a4e460abd6a86f3cbe141f6", "mandate": "mandate_2"}','89e55425b8de489ebd069974b98e73e150b5b06673986e55e149df46cc739391');
INSERT INTO "audit" VALUES(47,1795532400,'demo','192.0.2.1','account.viewed','acct_0368c259c5ba4644bda4ed3a19294b2a','{}','3be4ca65a09b2f134b81e38b2068469f8497fe1ecf570ec4e808ce3d13ea77f9');
INSERT INTO "audit" VALUES(48,1795532400,'demo','192.0.2.1','mandate.ended','acct_0368c259c5ba4644bda4ed3a19294b2a','{"after": {"status": "inactive"}, "before": {"status": "active"}, "mandate": "mandate_2"}','d8bc6f8e4c835b2802864a4161a6a4f9988522b7578c6313a36ab968a68aebc3');
INSERT INTO "audit" VALUES(49,1795532400,'demo','192.0.2.1','item.removed','item_a21c68467ff34781b5285c15ad590837','{"accounts": ["acct_0368c259c5ba4644bda4ed3a19294b2a"], "after": {"state": "removing"}, "before": {"state": "healthy"}, "customer": "cust_80df04bb6a4e460abd6a86f3cbe141f6", "private": "gAAAAABrC5HNFDZQ2h5Ri8JkAjMuA8uHL-cmVyrL_rYiMDv_dPceJ2GU3wmyAQ1JwZmNyZ2iCYZ8bNDVxswBDU_CAEmj2cqa1Nu25lYDazP5G-tgb4KVaok=", "replaced_by": null}','ec4d14bb5d96c28cdafaf24866368719b1d3761ab577aa093bb32c0435a9d742');
INSERT INTO "audit" VALUES(50,1795532400,'demo','192.0.2.1','item.removal_waits','item_a21c68467ff34781b5285c15ad590837','{"code": "unreachable", "item": "item_a21c68467ff34781b5285c15ad590837", "request_id": "req-lost"}','6f333676080f218c946004ae2f7bad835149b667b0f29c6b47a1ae72ffe2069e');
INSERT INTO "audit" VALUES(51,1795532400,'demo','192.0.2.1','customer.added','cust_c1af3382979c47a2b2a5d2ca017b5ab7','{"private": "gAAAAABrC5HN5WTcyuLlseKIBhstb4aqwxb00yO-iFxEzsEUOJGqnfusIZFEBVWaOlJpN-Mjvym9r01lCmJBlzWF5zb1Ghj09HQ5yNRy1qw9XpGaddxu9Q69NxEO-gV_W98rV376qNvcRw1q72p5n7yyXCXaZHdyAFUiU7cnRzDayGk1xK3BnIBBRuJZWM-ptEd1FExSTHks6q5vCMNB6VGYspdZ1NJpbsklXWCgnjlVfUHazZU20gc="}','799f31ed9a1684aca204909a3df774c91b5fd21b36aa40a51c00747e57a7e1d0');
INSERT INTO "audit" VALUES(52,1795532400,'demo','192.0.2.1','link.opened','link_9c5068060bcd40c19727d3d32e260566','{"customer": "cust_c1af3382979c47a2b2a5d2ca017b5ab7", "hint": null}','76f4dbb437f6ed06a25a3b66d28a53a42d2d46d48ba9bdba8ee8e520df5f6cc0');
INSERT INTO "audit" VALUES(53,1795532400,'demo','192.0.2.1','link.success','link_9c5068060bcd40c19727d3d32e260566','{"accounts": 1, "institution": "ins_1", "link_session_id": "session-1", "outcome": "outcome-0003"}','3494b5e7fe2920f5b1a33a36a83d5c17a6ca50228cd5bc4e208692d9f2f63554');
INSERT INTO "audit" VALUES(54,1795532400,'demo','192.0.2.1','link.exchange_started','link_9c5068060bcd40c19727d3d32e260566','{"customer": "cust_c1af3382979c47a2b2a5d2ca017b5ab7"}','7d3e8013a836e006b6694648f10254df144e6aad56222d40065ec1c071465ea9');
INSERT INTO "audit" VALUES(55,1795532400,'demo','192.0.2.1','link.exchanged','link_9c5068060bcd40c19727d3d32e260566','{"customer": "cust_c1af3382979c47a2b2a5d2ca017b5ab7", "item": "item_ecaee6b8e1e24417bf2990a9e0231565", "plaid_item": "plaid-item-3", "request_id": "req-x"}','33db67cebdd25f3a6c5660dcab4dc6332fd251ccebfe2539b49abe38aa38e807');
INSERT INTO "audit" VALUES(56,1795532400,'demo','192.0.2.1','link.tokenized','link_9c5068060bcd40c19727d3d32e260566','{"customer": "cust_c1af3382979c47a2b2a5d2ca017b5ab7", "request_id": "req-b"}','e27dafa5aeef433dcac71e86aeb6fb5a903d9890966752cbc22cf2deab0ee4b1');
INSERT INTO "audit" VALUES(57,1795532400,'demo','192.0.2.1','link.customer','link_9c5068060bcd40c19727d3d32e260566','{"customer": "cust_c1af3382979c47a2b2a5d2ca017b5ab7", "how": "made", "stripe_customer": "cus_3"}','84bace07e07301b2349194b50cd541488c86ec3adb2efd104f0fbe01690e0a02');
INSERT INTO "audit" VALUES(58,1795532400,'demo','192.0.2.1','link.attached','link_9c5068060bcd40c19727d3d32e260566','{"bank_account": "ba_3", "customer": "cust_c1af3382979c47a2b2a5d2ca017b5ab7", "how": "attached"}','fae188492aa9737de12cca0827937005c443ba03cf2e0a502aec322af72412ea');
INSERT INTO "audit" VALUES(59,1795532400,'demo','192.0.2.1','link.authorized','link_9c5068060bcd40c19727d3d32e260566','{"acceptance": "offline", "customer": "cust_c1af3382979c47a2b2a5d2ca017b5ab7", "mandate": "mandate_3"}','bcb41878eab381ef22fb74926d19045df3dadf944ab39cc3b65be2af6a46b34a');
INSERT INTO "audit" VALUES(60,1795532400,'demo','192.0.2.1','account.viewed','acct_b8e0211216d8490b862e0b8119545120','{}','1eb38cb7e9a3d832d6c4804290afbfde03f83aae53b28748cc4ead6cf94c9881');
INSERT INTO "audit" VALUES(61,1795532400,'demo','192.0.2.1','mandate.ended','acct_b8e0211216d8490b862e0b8119545120','{"after": {"status": "inactive"}, "before": {"status": "active"}, "mandate": "mandate_3"}','24891771e4e0f10d94a24d02915af919a1cd294da7e49a925d55503616b5b425');
INSERT INTO "audit" VALUES(62,1795532400,'demo','192.0.2.1','item.removed','item_ecaee6b8e1e24417bf2990a9e0231565','{"accounts": ["acct_b8e0211216d8490b862e0b8119545120"], "after": {"state": "removing"}, "before": {"state": "healthy"}, "customer": "cust_c1af3382979c47a2b2a5d2ca017b5ab7", "private": "gAAAAABrC5HN-uiZx9DMqMOpsnuPrPQUgJcOKb6fEFGzY2Up4Q5JITCMaKYoBoGXqdkycDWElx-oVI5crrB1Z-D7ZLn3quMJ69-q0s_zp0G2eyYxLyNHqRA=", "replaced_by": null}','cf88e8976c2b37d43de56440b129626cbda83cd539870663775448b7dccf7eab');
INSERT INTO "audit" VALUES(63,1795532400,'demo','192.0.2.1','item.ended_at_plaid','item_ecaee6b8e1e24417bf2990a9e0231565','{"how": "removed", "item": "item_ecaee6b8e1e24417bf2990a9e0231565", "request_id": "req-remove"}','b3053c7e679dce85ba8196744edb1a051505bf285c93bf87eb0dbf1b4158de8d');
INSERT INTO "audit" VALUES(64,1795532400,'demo','192.0.2.1','item.removal_waits','item_ecaee6b8e1e24417bf2990a9e0231565','{"code": "unreachable", "item": "item_ecaee6b8e1e24417bf2990a9e0231565", "request_id": "req-lost"}','ece7c3469bb5c7885fead6b24c4af9f6a097dfe09a9b74ecf573a91a1a6e6de8');
INSERT INTO "audit" VALUES(65,1795532400,'demo','192.0.2.1','customer.added','cust_baf15d3ba5bf4a2bae1e19506ded6ed6','{"private": "gAAAAABrC5HNvN_xc_FtcgRJ8B_z2hnsz9WR4kj8ecmEbfbxLEG6_BxvRtQdQvXh_qQ-V85wP9Nd8igBKaGJjVtkewTPJRIaU2lpx8fEYhTzBuElVLjNoGRFcbUaLHkPWY06meRSehnNhzfiD4UA6VnlJfqLWAbpprCtFrv2A3_Q_R_ilWD4JzvSJGHWVt1pMIORS6XrMskBdI8v0bKE6_WrlHS6qZE8sPnADsy4KL0DfRJ6sxDBAev4RPoxzNUeSahBFLHhiLSs"}','8871ad07ed4fc17044647a3f35dce8fcf87a7b0768007992c7381b40e1b0aaf6');
INSERT INTO "audit" VALUES(66,1795532400,'demo','192.0.2.1','link.opened','link_0389a234c8da4a3685e984a2622da049','{"customer": "cust_baf15d3ba5bf4a2bae1e19506ded6ed6", "hint": null}','3c5e2589a524aa3b764404e68df71d15b6e7511a9ae199205fcc84e9626604c5');
INSERT INTO "audit" VALUES(67,1795532400,'demo','192.0.2.1','link.success','link_0389a234c8da4a3685e984a2622da049','{"accounts": 1, "institution": "ins_1", "link_session_id": "session-1", "outcome": "outcome-0004"}','92bf55456499550698c1313659f2d7b16819889bbea48c5047e8524adce75714');
INSERT INTO "audit" VALUES(68,1795532400,'demo','192.0.2.1','link.exchange_started','link_0389a234c8da4a3685e984a2622da049','{"customer": "cust_baf15d3ba5bf4a2bae1e19506ded6ed6"}','47190da5bb5cbbf632e23d8da65ddc41d3c1206d1f8a11ed295964dc14376324');
INSERT INTO "audit" VALUES(69,1795532400,'demo','192.0.2.1','link.exchanged','link_0389a234c8da4a3685e984a2622da049','{"customer": "cust_baf15d3ba5bf4a2bae1e19506ded6ed6", "item": "item_5b6975976deb467281144aaaabf74876", "plaid_item": "plaid-item-4", "request_id": "req-x"}','98b0249dad267856ee7f41b655f3606959e13c965ca5e2fd0c1aaf22f03a4f9e');
INSERT INTO "audit" VALUES(70,1795532400,'demo','192.0.2.1','link.tokenized','link_0389a234c8da4a3685e984a2622da049','{"customer": "cust_baf15d3ba5bf4a2bae1e19506ded6ed6", "request_id": "req-b"}','272b345af9f6a47f81fe4e802ff4e2da33bb4397311204732d92e3238c7c5066');
INSERT INTO "audit" VALUES(71,1795532400,'demo','192.0.2.1','link.customer','link_0389a234c8da4a3685e984a2622da049','{"customer": "cust_baf15d3ba5bf4a2bae1e19506ded6ed6", "how": "made", "stripe_customer": "cus_4"}','af7861cc1a498b8d46d2ca6b8e63077ca586fb93f9ef08a3bad2863a3fc26684');
INSERT INTO "audit" VALUES(72,1795532400,'demo','192.0.2.1','link.attached','link_0389a234c8da4a3685e984a2622da049','{"bank_account": "ba_4", "customer": "cust_baf15d3ba5bf4a2bae1e19506ded6ed6", "how": "attached"}','c6cc8ed407d654bd05123161c4f7e12e93cf79c4e7d67150a5d6d1118bf23591');
INSERT INTO "audit" VALUES(73,1795532400,'demo','192.0.2.1','link.authorized','link_0389a234c8da4a3685e984a2622da049','{"acceptance": "offline", "customer": "cust_baf15d3ba5bf4a2bae1e19506ded6ed6", "mandate": "mandate_4"}','2dc365d99160b09218a2fb6746781833d3e5e917d48fb9fd6a6e6d99ce40dc02');
INSERT INTO "audit" VALUES(74,1795532400,'demo','192.0.2.1','account.viewed','acct_7de030ad8dbe4504ab561eccb4f128cb','{}','4b7b9d9f6df657f0166146f026bfe8f75375efc81e1e0f13a35ab3db154b4572');
INSERT INTO "audit" VALUES(75,1795532400,'demo','192.0.2.1','mandate.ended','acct_7de030ad8dbe4504ab561eccb4f128cb','{"after": {"status": "inactive"}, "before": {"status": "active"}, "mandate": "mandate_4"}','8a13d8af52cffee0f9c35936bfebbb0d9736fe2e770bb366da7dbb01e662e2ce');
INSERT INTO "audit" VALUES(76,1795532400,'demo','192.0.2.1','item.removed','item_5b6975976deb467281144aaaabf74876','{"accounts": ["acct_7de030ad8dbe4504ab561eccb4f128cb"], "after": {"state": "removing"}, "before": {"state": "healthy"}, "customer": "cust_baf15d3ba5bf4a2bae1e19506ded6ed6", "private": "gAAAAABrC5HNRG6TyACNcZn3OlG9JI02FwakfomPhl8pWyYi3d2-pHckgO5PQJYSSHhCBi8shJduA5yhugvdYaYhkd6b5Ysj6RYjPSRoEnZscdWvY9fqcQ8=", "replaced_by": null}','82e08f96add067f2421b0954f0dd92b117d5314da5a302e7eea6a508b95ef02b');
INSERT INTO "audit" VALUES(77,1795532400,'demo','192.0.2.1','item.removal_waits','item_5b6975976deb467281144aaaabf74876','{"code": "NOT_ALLOWED", "item": "item_5b6975976deb467281144aaaabf74876", "request_id": "req-no"}','3ef7f77ef209e3680e44e3ef3cf3bd0c9ad69b7cad8a26544f7fbb1713ba3e21');
INSERT INTO "audit" VALUES(78,1795532400,'demo','192.0.2.1','customer.added','cust_4ce7b16f58354179b06e6cf5e00ea09d','{"private": "gAAAAABrC5HNJKVnM9Cvtx6UWtDF6tY6WCH_aXfAEkIxyUcg_nXR8RwvqblWWBFalKXeNGDWJ_3eMZssFBqKBc3y3HKqs732k1jQd_u35WSeUrGgoOsWG7lyCLly6NHrRNRo0yH7tSAjJGH6Uo6EA6hyB1P7wCA8yqhwxT9qt8QFvCVU_ebQO8umqgo4CmdtBD0MoyH75ruYjbgHRZh1t4egZUd8lJNjs5aqLThYFihnfCDAtY2Od-s="}','ea3f3089e17f48ec0e97b8bc0c97eaa97b919f971acb9b6944089330de90ed8c');
INSERT INTO "audit" VALUES(79,1795532400,'demo','192.0.2.1','link.opened','link_fb2e8bb9b5334fc99442009608a5ff1e','{"customer": "cust_4ce7b16f58354179b06e6cf5e00ea09d", "hint": null}','a1f63ebe208106603d75c72c2fef3c92130a4a477a867cc8387e432891d5fbe4');
INSERT INTO "audit" VALUES(80,1795532400,'demo','192.0.2.1','link.success','link_fb2e8bb9b5334fc99442009608a5ff1e','{"accounts": 1, "institution": "ins_1", "link_session_id": "session-1", "outcome": "outcome-0005"}','9864cfaf38ec38aef8bb2189bb70ed2fda8a4448ef7978ecf53a2687d40186a5');
INSERT INTO "audit" VALUES(81,1795532400,'demo','192.0.2.1','link.exchange_started','link_fb2e8bb9b5334fc99442009608a5ff1e','{"customer": "cust_4ce7b16f58354179b06e6cf5e00ea09d"}','e021ae190fb5050fbd756e0ea7f2592ed0e548588c85309fc7e6f67e78179a2b');
INSERT INTO "audit" VALUES(82,1795532400,'demo','192.0.2.1','link.exchanged','link_fb2e8bb9b5334fc99442009608a5ff1e','{"customer": "cust_4ce7b16f58354179b06e6cf5e00ea09d", "item": "item_5aa1649362df4b73b1df247c92632916", "plaid_item": "plaid-item-5", "request_id": "req-x"}','eb285a8a54af30018a16897682f8806e1e459ccd64001ff46178d4446cfdc952');
INSERT INTO "audit" VALUES(83,1795532400,'demo','192.0.2.1','link.tokenized','link_fb2e8bb9b5334fc99442009608a5ff1e','{"customer": "cust_4ce7b16f58354179b06e6cf5e00ea09d", "request_id": "req-b"}','2ceca0fd7a33a7ba99c8c0fa2a2540f02789757cf0d2bf2816252ba708f583ab');
INSERT INTO "audit" VALUES(84,1795532400,'demo','192.0.2.1','link.customer','link_fb2e8bb9b5334fc99442009608a5ff1e','{"customer": "cust_4ce7b16f58354179b06e6cf5e00ea09d", "how": "made", "stripe_customer": "cus_5"}','ad846c4474809c54153857d258e7ff3500e491bae3ef062dc727d5dcbc3251ae');
INSERT INTO "audit" VALUES(85,1795532400,'demo','192.0.2.1','link.attached','link_fb2e8bb9b5334fc99442009608a5ff1e','{"bank_account": "ba_5", "customer": "cust_4ce7b16f58354179b06e6cf5e00ea09d", "how": "attached"}','82fc8d1ea6d43f5148793d9e78b2eb09709f94f445fb7de3a3d25a5fb403cce4');
INSERT INTO "audit" VALUES(86,1795532400,'demo','192.0.2.1','link.authorized','link_fb2e8bb9b5334fc99442009608a5ff1e','{"acceptance": "offline", "customer": "cust_4ce7b16f58354179b06e6cf5e00ea09d", "mandate": "mandate_5"}','34bc14f1e7989dd5303778770efb11a5b6502160027a7becee867a1452a93295');
INSERT INTO "audit" VALUES(87,1795532400,'demo','192.0.2.1','account.viewed','acct_3e265f5fd693495da16a0befd151cb4b','{}','40d883e61668e844bf970db6185154ba46e71dfc12d32eb3dd6b7dfaf34a1c2a');
INSERT INTO "audit" VALUES(88,1795532400,'demo','192.0.2.1','mandate.ended','acct_3e265f5fd693495da16a0befd151cb4b','{"after": {"status": "inactive"}, "before": {"status": "active"}, "mandate": "mandate_5"}','5e6164b1be9ad4bf1aa5a7a2c3c6b7e9efa8cacc58141805771fd57342e61e92');
INSERT INTO "audit" VALUES(89,1795532400,'demo','192.0.2.1','item.removed','item_5aa1649362df4b73b1df247c92632916','{"accounts": ["acct_3e265f5fd693495da16a0befd151cb4b"], "after": {"state": "removing"}, "before": {"state": "healthy"}, "customer": "cust_4ce7b16f58354179b06e6cf5e00ea09d", "private": "gAAAAABrC5HNmXgQe0WvvLwiwIVCA_TjljnJ_fqz7-ihwuhOt3XqVXdyKJxbY2mj_hC-fM6cTK3kbm3qOVY5qFvV6qYPHWzBAxpqRJ-7jJPvsqppy6_fyl4=", "replaced_by": null}','c9be6fc6c221282639f285a70bad7eb9123f16792e228fc7744e4c4f76d30508');
INSERT INTO "audit" VALUES(90,1795532400,'demo','192.0.2.1','customer.added','cust_213e26cad50c4275afb8c354ace31df5','{"private": "gAAAAABrC5HN2JXQ-xWB_cUm5SyiTtW12NYd2nrLYzM7JqfE-lcfFQbW-gJzM02NVUU7NRWjK32uv5tJAN0DdoWo4TcefEBqmQTkBNy8um0celN4PzmnLB5VhDXtAxhxflTzoSZJ8YFmWIgfGKs9TimaP5mU_GXw-X7WxhQ9Gx4i21DWcNgnMadRFtCMrdhI00KTv2jywvGoC66x85gcxiQA8kKnkvDeVN0-opAcgAHVdLgfX5qOlGM="}','c1fd6b9e6ea59d4835cb205f34b7c48ff9d96106b96705a6f2fb615cb6c1e875');
INSERT INTO "audit" VALUES(91,1795532400,'demo','192.0.2.1','link.opened','link_de4098e5c0f842c8ab79a1499efc5759','{"customer": "cust_213e26cad50c4275afb8c354ace31df5", "hint": null}','8c51e71a1212cbf6f863a1fbf42f32a8d1dc8a704a789d1f19814dbc7360fbaf');
INSERT INTO "audit" VALUES(92,1795532400,'demo','192.0.2.1','link.success','link_de4098e5c0f842c8ab79a1499efc5759','{"accounts": 1, "institution": "ins_1", "link_session_id": "session-1", "outcome": "outcome-0006"}','6d51b1561f19b5dbaee44cd72ce73cc81a4475d633aff6646cea860291be0321');
INSERT INTO "audit" VALUES(93,1795532400,'demo','192.0.2.1','link.exchange_started','link_de4098e5c0f842c8ab79a1499efc5759','{"customer": "cust_213e26cad50c4275afb8c354ace31df5"}','91fbe5eaa1ade06f8917be3035014e46908028a381d6abfaa8ac63a65c70cf42');
INSERT INTO "audit" VALUES(94,1795532400,'demo','192.0.2.1','link.exchanged','link_de4098e5c0f842c8ab79a1499efc5759','{"customer": "cust_213e26cad50c4275afb8c354ace31df5", "item": "item_88f0d4b53cec421ab4fe33910f865694", "plaid_item": "plaid-item-6", "request_id": "req-x"}','2836ea4530b4b02fbd646b100cf96ac8a6a90119528913abdd07e3f7503750c1');
INSERT INTO "audit" VALUES(95,1795532400,'demo','192.0.2.1','link.tokenized','link_de4098e5c0f842c8ab79a1499efc5759','{"customer": "cust_213e26cad50c4275afb8c354ace31df5", "request_id": "req-b"}','f102ceed2e4e84e68e17b45c5bd58ea163f3fe6682939b6129c9042050f2d72c');
INSERT INTO "audit" VALUES(96,1795532400,'demo','192.0.2.1','link.customer','link_de4098e5c0f842c8ab79a1499efc5759','{"customer": "cust_213e26cad50c4275afb8c354ace31df5", "how": "made", "stripe_customer": "cus_6"}','5826d0583f6b6648db65c5e1dd5552f143fecb49f0e1d17c173d5e3da50166fd');
INSERT INTO "audit" VALUES(97,1795532400,'demo','192.0.2.1','link.attached','link_de4098e5c0f842c8ab79a1499efc5759','{"bank_account": "ba_6", "customer": "cust_213e26cad50c4275afb8c354ace31df5", "how": "attached"}','4ebc8e2f21a5cabf0ff60e82d7e8969f3762d1e99278959d1a5be768a06dace0');
INSERT INTO "audit" VALUES(98,1795532400,'demo','192.0.2.1','link.authorized','link_de4098e5c0f842c8ab79a1499efc5759','{"acceptance": "offline", "customer": "cust_213e26cad50c4275afb8c354ace31df5", "mandate": "mandate_6"}','122f05b3a79c54690b9698915263e416c7599f86be771f47ab10514d77314b5d');
INSERT INTO "audit" VALUES(99,1795532400,'demo','192.0.2.1','account.viewed','acct_81eb083453c74386a8e4f140c20db9d1','{}','4e950a39a0df5260e9923addc9feb650b36ef17b7db0649649f223136215410b');
INSERT INTO "audit" VALUES(100,1795532400,'demo','192.0.2.1','mandate.ended','acct_81eb083453c74386a8e4f140c20db9d1','{"after": {"status": "inactive"}, "before": {"status": "active"}, "mandate": "mandate_6"}','c986e39528036bdb45ff6f9d7c3fec712d040a3e1c28e4865918c86bef8b6a18');
INSERT INTO "audit" VALUES(101,1795532400,'demo','192.0.2.1','item.removed','item_88f0d4b53cec421ab4fe33910f865694','{"accounts": ["acct_81eb083453c74386a8e4f140c20db9d1"], "after": {"state": "removing"}, "before": {"state": "healthy"}, "customer": "cust_213e26cad50c4275afb8c354ace31df5", "private": "gAAAAABrC5HNuFNpAIk1Grjao1OEf6a5kiyc7XTaeiYcWzyFURoe8IKeJEzSj46MSItNQ-Sk2aBof6I5_d4BQmDch1l8bC341YXAJa5HG7YAS5bO-F17PqE=", "replaced_by": null}','dc50c7c875aece9c85d3fe0f443d8b92cc4f0c22952ada344ea18750a69b9910');
INSERT INTO "audit" VALUES(102,1795532400,'demo','192.0.2.1','item.ended_at_plaid','item_88f0d4b53cec421ab4fe33910f865694','{"how": "removed", "item": "item_88f0d4b53cec421ab4fe33910f865694", "request_id": "req-remove"}','a135daaa0763e37c26d4e37dbec873e12d725d479fccae76a173da177e95fa42');
INSERT INTO "audit" VALUES(103,1795532400,'demo','192.0.2.1','account.detached','acct_81eb083453c74386a8e4f140c20db9d1','{"bank_account": "ba_6", "how": "detached", "item": "item_88f0d4b53cec421ab4fe33910f865694"}','e294652c8dabfd9a7a74c6c4f05de4b90a209608676d82dd8a4817323ea95ef1');
INSERT INTO "audit" VALUES(104,1795532400,'demo','192.0.2.1','item.removal_done','item_88f0d4b53cec421ab4fe33910f865694','{"item": "item_88f0d4b53cec421ab4fe33910f865694"}','efbfd1f260efc457df778898506025e29708b14654344ac5718f2256f9cbb530');
INSERT INTO "audit" VALUES(105,1795532400,'demo','192.0.2.1','customer.added','cust_0de0a2dfb5da4a16bf4011ddde3a68d8','{"private": "gAAAAABrC5HNYxd9fVuNzz4BJ1Gfpy0-FQLky93f11CAurnkSrspEggFznP_UGBGPQ7OiL9yIkuQy6sKY2ZvmF46Y3F-EI-cjf4_HRZMbREt5o4kp65aCfzgQdRjRuSbV_csi8VjJYVDPsRYr42F9FG4Zak8enpsiC3IcjZn-DtKsFjgjbXlHYMD9MmlNjA9U7XobzW69R_NHa_ZK0nIXJlpFsqZxtK8zCnInh7APhhJc1jABH5pG6PyXmx-8ZuR_X5p9ctdI-z7"}','d40c6a33c9a836ca63dccb4ec5f6c0d9ff3257b9295157ee26a659465f03895a');
INSERT INTO "audit" VALUES(106,1795532400,'demo','192.0.2.1','link.opened','link_e0ceb7777f3b415bad8b043c8b3c28d5','{"customer": "cust_0de0a2dfb5da4a16bf4011ddde3a68d8", "hint": null}','61d3040eaea9c68c8a725a0172120a087d56ff23ec3c4ccd319ca6039268c9f7');
INSERT INTO "audit" VALUES(107,1795532400,'demo','192.0.2.1','link.success','link_e0ceb7777f3b415bad8b043c8b3c28d5','{"accounts": 1, "institution": "ins_1", "link_session_id": "session-1", "outcome": "outcome-0007"}','39c5777132f4035762b6b93dad941ddf737db0b22733999017d5ac6805cce061');
INSERT INTO "audit" VALUES(108,1795532400,'demo','192.0.2.1','link.exchange_started','link_e0ceb7777f3b415bad8b043c8b3c28d5','{"customer": "cust_0de0a2dfb5da4a16bf4011ddde3a68d8"}','5e7bd2e52f5c19bc45f8ba3db8a6871d2423660c0ff1e02c7ba78eafec6541fd');
INSERT INTO "audit" VALUES(109,1795532400,'demo','192.0.2.1','link.exchanged','link_e0ceb7777f3b415bad8b043c8b3c28d5','{"customer": "cust_0de0a2dfb5da4a16bf4011ddde3a68d8", "item": "item_67482ea5871845a0ad3580aba7c4f659", "plaid_item": "plaid-item-7", "request_id": "req-x"}','87996df20e284621dd6bc6c5f44de69d628bbffd6483284e650636f759107b9f');
INSERT INTO "audit" VALUES(110,1795532400,'demo','192.0.2.1','link.tokenized','link_e0ceb7777f3b415bad8b043c8b3c28d5','{"customer": "cust_0de0a2dfb5da4a16bf4011ddde3a68d8", "request_id": "req-b"}','8d9b0f0a891623927706884fd4068a276dc2743e31c12a51e133e4a354809a4c');
INSERT INTO "audit" VALUES(111,1795532400,'demo','192.0.2.1','link.customer','link_e0ceb7777f3b415bad8b043c8b3c28d5','{"customer": "cust_0de0a2dfb5da4a16bf4011ddde3a68d8", "how": "made", "stripe_customer": "cus_7"}','e8aa030a193122f397be636ffc32bf0ee08656139e0d586a2bf4f38a6bf422c2');
INSERT INTO "audit" VALUES(112,1795532400,'demo','192.0.2.1','link.attached','link_e0ceb7777f3b415bad8b043c8b3c28d5','{"bank_account": "ba_7", "customer": "cust_0de0a2dfb5da4a16bf4011ddde3a68d8", "how": "attached"}','32f6fcd056698d67fb45f04edc3adf2f6d0603acc36d512591734fe4c9087450');
INSERT INTO "audit" VALUES(113,1795532400,'demo','192.0.2.1','link.authorized','link_e0ceb7777f3b415bad8b043c8b3c28d5','{"acceptance": "offline", "customer": "cust_0de0a2dfb5da4a16bf4011ddde3a68d8", "mandate": "mandate_7"}','f6f69e0319529ac39dfa3a4e0cbf66f21dd62e2ce9bd16c8e019566ae4772ff1');
INSERT INTO "audit" VALUES(114,1795532400,'demo','192.0.2.1','account.viewed','acct_153044a5b60e4f5c896fb2776a26c41b','{}','e9ae0839aca0a03a09b5bd13ce6f11d24cb9aa4944b488fe57500d2be8c6a2a7');
INSERT INTO "audit" VALUES(115,1795532400,'demo','192.0.2.1','mandate.ended','acct_153044a5b60e4f5c896fb2776a26c41b','{"after": {"status": "inactive"}, "before": {"status": "active"}, "mandate": "mandate_7"}','b1956933fe0e572c3d78f40365d9a21bf4762a35203b6c2600f4bfaf14ee3ce8');
INSERT INTO "audit" VALUES(116,1795532400,'demo','192.0.2.1','item.erased','item_67482ea5871845a0ad3580aba7c4f659','{"accounts": ["acct_153044a5b60e4f5c896fb2776a26c41b"], "after": {"state": "removing"}, "before": {"state": "healthy"}, "customer": "cust_0de0a2dfb5da4a16bf4011ddde3a68d8", "private": "gAAAAABrC5HNAnwNxQoKE4cFIWb9xcyY_1IXRh4TKXxAJMzIN15yYGL9zXLYDe0_tM4xC_SrmcfZw4IfHSEoUYHN0RaWgmzdDzC085nFrKdaCm-CXtyHHjCDST_Hs-d5rzno5AxYZhsD", "replaced_by": null}','a5e7d2541cfb4f034b062615872a6f71ed45bb667156a11ea6230f943782e578');
INSERT INTO "audit" VALUES(117,1795532400,'demo','192.0.2.1','customer.erasure_ordered','cust_0de0a2dfb5da4a16bf4011ddde3a68d8','{"counts": {"bank_account": 1, "customer_note": 0, "debit": 0, "link_attempt": 1, "mandate": 1}, "stripe": ["cus_7"]}','182b89073bbd63e1bae7f16c1d1b3b206772d0a09f2b609d4f25784b5739c671');
INSERT INTO "audit" VALUES(118,1795532400,'demo','192.0.2.1','item.removal_waits','item_67482ea5871845a0ad3580aba7c4f659','{"code": "unreachable", "item": "item_67482ea5871845a0ad3580aba7c4f659", "request_id": "req-lost"}','e2196bafd01986f7e630bda90c01f91a5e33b23764164039ab6edcdca5c131f9');
INSERT INTO "audit" VALUES(119,1795532400,'demo','192.0.2.1','customer.added','cust_09c6ba8d88704d37b843c41ef674c3b1','{"private": "gAAAAABrC5HNiDFfJ9_HtGPfsCnYK-Yuk7E1AfZcpPtoXULfrTBuN152nQPT2nKuvkQ0dIEud-Bm-Sxzr-RR-JGRSzxtaCrM4DcjZ6IZ3tSbSfFG7ak3c20wj8mCi4cBM4YfY3Nzx60nxu1pAXKwmxK7oNGRMCIUTs_C6G6zjInUuC92QpLKLfdaTVhCmNwTqX0jJFmf9ait4zQTktx5Ybk8mwBi0CS6o2fnOnqQ3YoSrNDEcwGGxy8="}','6a1f30b1586dc9a8b84720532d634d2734f7d6d6f2660625f338908bef73e866');
INSERT INTO "audit" VALUES(120,1795532400,'demo','192.0.2.1','link.opened','link_58179d599cde49ada6caa26ef08b5900','{"customer": "cust_09c6ba8d88704d37b843c41ef674c3b1", "hint": null}','b90ac9ff30e5e6fd994a86160aeff59677c96c11eca96222fc877295ff34ed57');
INSERT INTO "audit" VALUES(121,1795532400,'demo','192.0.2.1','link.success','link_58179d599cde49ada6caa26ef08b5900','{"accounts": 1, "institution": "ins_1", "link_session_id": "session-1", "outcome": "outcome-0008"}','9b578e1d2505a107b7aeae070d7789d4fb99775281f6cac3c33d0d39708f8557');
INSERT INTO "audit" VALUES(122,1795532400,'demo','192.0.2.1','link.exchange_started','link_58179d599cde49ada6caa26ef08b5900','{"customer": "cust_09c6ba8d88704d37b843c41ef674c3b1"}','dfa308803e06cdbecf72315d2beae77b3ac4efd7ec826b366d18f4696cbdc2bb');
INSERT INTO "audit" VALUES(123,1795532400,'demo','192.0.2.1','link.exchanged','link_58179d599cde49ada6caa26ef08b5900','{"customer": "cust_09c6ba8d88704d37b843c41ef674c3b1", "item": "item_61b84b5435f14d90aa5d2960106ee12d", "plaid_item": "plaid-item-8", "request_id": "req-x"}','696ae86e436d478a4fa1ee4197d0f30a2f21ae6e17ca15c1ab603f007801c88d');
INSERT INTO "audit" VALUES(124,1795532400,'demo','192.0.2.1','link.tokenized','link_58179d599cde49ada6caa26ef08b5900','{"customer": "cust_09c6ba8d88704d37b843c41ef674c3b1", "request_id": "req-b"}','fb647372e41f48c90aa4ae2cb101af44ae632e1d42e0da5f60d943c187d1816a');
INSERT INTO "audit" VALUES(125,1795532400,'demo','192.0.2.1','link.customer','link_58179d599cde49ada6caa26ef08b5900','{"customer": "cust_09c6ba8d88704d37b843c41ef674c3b1", "how": "made", "stripe_customer": "cus_8"}','4f4a0bf8780c4333c416fa97a3c1d51c8b439e7f0eb9a48df4ce11664d8908ad');
INSERT INTO "audit" VALUES(126,1795532400,'demo','192.0.2.1','link.attached','link_58179d599cde49ada6caa26ef08b5900','{"bank_account": "ba_8", "customer": "cust_09c6ba8d88704d37b843c41ef674c3b1", "how": "attached"}','0495ab02a9d2eac80212d74dc240b02d73d51c085ae93ce007189469f0a7c3b1');
INSERT INTO "audit" VALUES(127,1795532400,'demo','192.0.2.1','link.authorized','link_58179d599cde49ada6caa26ef08b5900','{"acceptance": "offline", "customer": "cust_09c6ba8d88704d37b843c41ef674c3b1", "mandate": "mandate_8"}','19a0be8a3d77f13eb599bf72f5bfffc257d75ac0290ce84bdafb3e45a38dff5f');
INSERT INTO "audit" VALUES(128,1795532400,'demo','192.0.2.1','account.viewed','acct_95970ddd64bc44e494a3713fd99ac1fe','{}','b80a0c329cfec50ccea7d2a805c16cf62dceed33bef67b0a9a1e262ec94f19f5');
INSERT INTO "audit" VALUES(129,1795532400,'demo','192.0.2.1','mandate.ended','acct_95970ddd64bc44e494a3713fd99ac1fe','{"after": {"status": "inactive"}, "before": {"status": "active"}, "mandate": "mandate_8"}','b6d178c20b0323dba019089ea5b2cc91dcc0322bc4990fc37c5487af00ff2955');
INSERT INTO "audit" VALUES(130,1795532400,'demo','192.0.2.1','item.erased','item_61b84b5435f14d90aa5d2960106ee12d','{"accounts": ["acct_95970ddd64bc44e494a3713fd99ac1fe"], "after": {"state": "removing"}, "before": {"state": "healthy"}, "customer": "cust_09c6ba8d88704d37b843c41ef674c3b1", "private": "gAAAAABrC5HNNzXE9XaDKnPK0HkeEeKmXwMsljd3p4XRcf2-_-skbPBAkh9wLNUrqJFbu2Rgky3-DmkL5wnYwDA2hRgbc07JoomTQ_GMXygRofWLMeESPb_QpCiKuz0PGajBoCeKJJpD", "replaced_by": null}','d3a569f27d73c730f691f93d1754c76a3589704a665250c16656dc6638492a69');
INSERT INTO "audit" VALUES(131,1795532400,'demo','192.0.2.1','customer.erasure_ordered','cust_09c6ba8d88704d37b843c41ef674c3b1','{"counts": {"bank_account": 1, "customer_note": 0, "debit": 0, "link_attempt": 1, "mandate": 1}, "stripe": ["cus_8"]}','d0c632ead24420f7b90ba6a87f3629fe7ac2f783c205ea4e76b4f84bdaebaab2');
INSERT INTO "audit" VALUES(132,1795532400,'demo','192.0.2.1','item.ended_at_plaid','item_61b84b5435f14d90aa5d2960106ee12d','{"how": "removed", "item": "item_61b84b5435f14d90aa5d2960106ee12d", "request_id": "req-remove"}','b3e224a9d050622db1d02c86965738426ecda6be6465af076f1d1d4c80f2fbfc');
INSERT INTO "audit" VALUES(133,1795532400,'demo','192.0.2.1','account.detached','acct_95970ddd64bc44e494a3713fd99ac1fe','{"bank_account": "ba_8", "how": "detached", "item": "item_61b84b5435f14d90aa5d2960106ee12d"}','067c6d1eb5bcb0b0bdf647169b6bd63ab052495beb4cb819abe3519859565197');
INSERT INTO "audit" VALUES(134,1795532400,'demo','192.0.2.1','item.removal_done','item_61b84b5435f14d90aa5d2960106ee12d','{"item": "item_61b84b5435f14d90aa5d2960106ee12d"}','bd88f3c8ba2e404133e43d2617270d49f9d1e5b4f9df08c4ddef0d00c004a96c');
INSERT INTO "audit" VALUES(135,1795532400,'demo','','customer.erased','cust_09c6ba8d88704d37b843c41ef674c3b1','{"stripe": ["cus_8"]}','45f5c41f0bf747f96e3d3ded7dd5942f9f9316c17cbf799e6796332ae3818636');
INSERT INTO "audit" VALUES(136,1795532400,'demo','','customer.erasure_done','cust_09c6ba8d88704d37b843c41ef674c3b1','{}','e33aba7fd40525ce994260096772ea55482f5f813c0d6c44e16eb1a619128262');
INSERT INTO "audit" VALUES(137,1795532400,'demo','192.0.2.1','customer.added','cust_12ebfa1a3c2b4651be05183c4d752e12','{"private": "gAAAAABrC5HNm1ajKaRKX16QmFa1Xvvj6QN6jjBllHnhg3QVIEkSGlJNhLFeU07mCC0ExpLN77IfwnyiYZ4CCsJb3JEP1xEoXOiSVXmJGMTODhD7Fs31qlfKGUSBg6nYKn0id4SnxPzdZvcAuNT9yJKceOor0pAlHAPtI_B4Mh6NLmYX-pP9FCmPmTipStcJcD4w4m5r47A9QAostO6EZhff7RvX1LprsdshLJD8gc04xqGhfe97Uxg="}','74b116949dce357e48d4f3bd2840b04712a395e791332cf4b9b1f367098997ab');
INSERT INTO "audit" VALUES(138,1795532400,'demo','192.0.2.1','link.opened','link_1602a5d0d4bb48f38b969a97d329b8e1','{"customer": "cust_12ebfa1a3c2b4651be05183c4d752e12", "hint": null}','d0699646c3014133f7c2906bc5386016aad0509803c5c4186c60e20cde8c7527');
INSERT INTO "audit" VALUES(139,1795532400,'demo','192.0.2.1','link.success','link_1602a5d0d4bb48f38b969a97d329b8e1','{"accounts": 1, "institution": "ins_1", "link_session_id": "session-1", "outcome": "outcome-0009"}','2a60e7ee1b8d6d5212605e565dd7e5b29ac29dbc19766a44fa8f317c3fc29b5e');
INSERT INTO "audit" VALUES(140,1795532400,'demo','192.0.2.1','link.exchange_started','link_1602a5d0d4bb48f38b969a97d329b8e1','{"customer": "cust_12ebfa1a3c2b4651be05183c4d752e12"}','06b3e18b90ef725d01c6c5cc8c18c9c1a2334b54a7f2d90fa9bf73ca8cd9666d');
INSERT INTO "audit" VALUES(141,1795532400,'demo','192.0.2.1','link.exchanged','link_1602a5d0d4bb48f38b969a97d329b8e1','{"customer": "cust_12ebfa1a3c2b4651be05183c4d752e12", "item": "item_c9bb2b0d0293462eaf2e70aea15b7bbf", "plaid_item": "plaid-item-9", "request_id": "req-x"}','533b59c83f639264405953c5c9e7569566ba6aa8cd2a8d7b1b511bb4e1c5ffd3');
INSERT INTO "audit" VALUES(142,1795532400,'demo','192.0.2.1','link.tokenized','link_1602a5d0d4bb48f38b969a97d329b8e1','{"customer": "cust_12ebfa1a3c2b4651be05183c4d752e12", "request_id": "req-b"}','3a137c331d898cedd2e2fa17f80d8c7f071600ae76d167915ee88bc320dbd636');
INSERT INTO "audit" VALUES(143,1795532400,'demo','192.0.2.1','link.customer','link_1602a5d0d4bb48f38b969a97d329b8e1','{"customer": "cust_12ebfa1a3c2b4651be05183c4d752e12", "how": "made", "stripe_customer": "cus_9"}','73934f9131045c3b38e64630cefe720f1b44094d8be7c0919bbea8c0f96cd28b');
INSERT INTO "audit" VALUES(144,1795532400,'demo','192.0.2.1','link.attached','link_1602a5d0d4bb48f38b969a97d329b8e1','{"bank_account": "ba_9", "customer": "cust_12ebfa1a3c2b4651be05183c4d752e12", "how": "attached"}','26e40d48c135e68d0f093addb155666af6a58a25d4e066402903c70c4a3bbadf');
INSERT INTO "audit" VALUES(145,1795532400,'demo','192.0.2.1','link.authorized','link_1602a5d0d4bb48f38b969a97d329b8e1','{"acceptance": "offline", "customer": "cust_12ebfa1a3c2b4651be05183c4d752e12", "mandate": "mandate_9"}','ad84f74ddd417373f045b8e4d3d90e33a0b3d94809e11eaf0d8cffd2cfeb2ac7');
INSERT INTO "audit" VALUES(146,1795532400,'demo','192.0.2.1','account.viewed','acct_bd6d17aa2b7845bb9a3126fe3d1eef79','{}','0b060ae1ac6aa0f07e3e933b448e9d9a9ff811f8823f0de0280aa7ab6f839de3');
INSERT INTO "audit" VALUES(147,1795532400,'demo','192.0.2.1','mandate.ended','acct_bd6d17aa2b7845bb9a3126fe3d1eef79','{"after": {"status": "inactive"}, "before": {"status": "active"}, "mandate": "mandate_9"}','9642195e7586a5eb7798fec46d32ce1c7061d13b675c355903b48deb260b91b0');
INSERT INTO "audit" VALUES(148,1795532400,'demo','192.0.2.1','item.erased','item_c9bb2b0d0293462eaf2e70aea15b7bbf','{"accounts": ["acct_bd6d17aa2b7845bb9a3126fe3d1eef79"], "after": {"state": "removing"}, "before": {"state": "healthy"}, "customer": "cust_12ebfa1a3c2b4651be05183c4d752e12", "private": "gAAAAABrC5HNbxlWQ4P5O1wwHHQixPC1KL8laPyqg0jBNw3MMZ2aN0QJrQO-twkQqDXhK0S_d4vvT5geC8B4lUTOXjLQxt9YQD76Y2M1enFfjjdMVVIXYfdN0GT0QqkEw7PqnSzzhHps", "replaced_by": null}','7903c945964d05434c7e4793ab48aadad8c2b5662e87330ce1c6434b2de7df57');
INSERT INTO "audit" VALUES(149,1795532400,'demo','192.0.2.1','customer.erasure_ordered','cust_12ebfa1a3c2b4651be05183c4d752e12','{"counts": {"bank_account": 1, "customer_note": 0, "debit": 0, "link_attempt": 1, "mandate": 1}, "stripe": ["cus_9"]}','6c18aad7ef05002ef20549e77ef99587ab86ff7424e271b9d45b19e9a0b45d67');
INSERT INTO "audit" VALUES(150,1795532400,'demo','192.0.2.1','item.ended_at_plaid','item_c9bb2b0d0293462eaf2e70aea15b7bbf','{"how": "removed", "item": "item_c9bb2b0d0293462eaf2e70aea15b7bbf", "request_id": "req-remove"}','2bae480094821a9421b288ee24687a3bd81caf3e85d3559fa93e7a30d340c90b');
INSERT INTO "audit" VALUES(151,1795532400,'demo','192.0.2.1','account.detached','acct_bd6d17aa2b7845bb9a3126fe3d1eef79','{"bank_account": "ba_9", "how": "detached", "item": "item_c9bb2b0d0293462eaf2e70aea15b7bbf"}','dc23bb6f0826995f29102b69ef9ee91b47ad87ed75f8ad7dfe60e82d444d72a0');
INSERT INTO "audit" VALUES(152,1795532400,'demo','192.0.2.1','item.removal_done','item_c9bb2b0d0293462eaf2e70aea15b7bbf','{"item": "item_c9bb2b0d0293462eaf2e70aea15b7bbf"}','6fe6fd342fb57afe075d2217ec66583d0138ff3dd0569f294bfe90d1905b8d7d');
INSERT INTO "audit" VALUES(153,1795532400,'demo','','customer.erased','cust_12ebfa1a3c2b4651be05183c4d752e12','{"stripe": ["cus_9"]}','95a79b466e34a1254ed9effe82f6c22b8dba64bbbe7baee167a19941213656e5');
INSERT INTO "audit" VALUES(154,1795532400,'demo','192.0.2.1','customer.added','cust_6fd2b4b7a108489fb565c95b2f87355f','{"private": "gAAAAABrC5HN7SEe9j2mysbpOUzuJOV3C4X9zl4qN7yIr9DirvVB62iIkStGNkut-u4w5N4DsFXyFZlW-ZHAORVQ-AHT7btwFUlcM164EKJC_RN6AbV2UorcmC6uekUWUhfoGMMSYAT_zD9zd41xzIJwkMYRev6SJUpjinr1x1zxYNP9SuTQCNCoSQI-63SoAuH_7H3rOH6NY9Yg2zgWSb9Iq9mFJ2VtDk5vNl9Fl9o6z4X3QnNvmQ2sa0dwCi7J8bnL0er7-wpo"}','3a1785cf57c14b3e9329a60648a18e306cca7391699ad9cefe0d50886c98c7ad');
INSERT INTO "audit" VALUES(155,1795532400,'demo','192.0.2.1','link.opened','link_fa65f8a8a5ff430484fbb4ed81210143','{"customer": "cust_6fd2b4b7a108489fb565c95b2f87355f", "hint": null}','c14c885206378fa1d0c5dd65b9e8fa1a198ec75c362f17d9973c9e6dce517bbb');
INSERT INTO "audit" VALUES(156,1795532400,'demo','192.0.2.1','link.success','link_fa65f8a8a5ff430484fbb4ed81210143','{"accounts": 1, "institution": "ins_1", "link_session_id": "session-1", "outcome": "outcome-0010"}','32e47718cce5beef80fc926c017f0e1335b15480547ca60bde6cce11958c35e8');
INSERT INTO "audit" VALUES(157,1795532400,'demo','192.0.2.1','link.exchange_started','link_fa65f8a8a5ff430484fbb4ed81210143','{"customer": "cust_6fd2b4b7a108489fb565c95b2f87355f"}','2c0ffd993a2ada090e8f8c5b213440474438170288cb26270836201f8575d443');
INSERT INTO "audit" VALUES(158,1795532400,'demo','192.0.2.1','link.exchanged','link_fa65f8a8a5ff430484fbb4ed81210143','{"customer": "cust_6fd2b4b7a108489fb565c95b2f87355f", "item": "item_173bf7c95b6c4f6f8923cb09a1e46f12", "plaid_item": "plaid-item-10", "request_id": "req-x"}','70593bc8aaddc82f6d4ae4d694358b9f8772a9850056238c5de33e028328fd0c');
INSERT INTO "audit" VALUES(159,1795532400,'demo','192.0.2.1','link.tokenized','link_fa65f8a8a5ff430484fbb4ed81210143','{"customer": "cust_6fd2b4b7a108489fb565c95b2f87355f", "request_id": "req-b"}','4108aedcaaf5b7f5bec692c8ba903178c881917688bf6e2868cd85092531c163');
INSERT INTO "audit" VALUES(160,1795532400,'demo','192.0.2.1','link.customer','link_fa65f8a8a5ff430484fbb4ed81210143','{"customer": "cust_6fd2b4b7a108489fb565c95b2f87355f", "how": "made", "stripe_customer": "cus_10"}','521830d3f8481398fa2fc6a5df2924cc6e4d1a15a526b641123663d6a17dabbf');
INSERT INTO "audit" VALUES(161,1795532400,'demo','192.0.2.1','link.attached','link_fa65f8a8a5ff430484fbb4ed81210143','{"bank_account": "ba_10", "customer": "cust_6fd2b4b7a108489fb565c95b2f87355f", "how": "attached"}','1cbcd9af6d7f9d5c6610fd931c55e7e0a3feac743fd541cc4a139a1645019ff1');
INSERT INTO "audit" VALUES(162,1795532400,'demo','192.0.2.1','link.authorized','link_fa65f8a8a5ff430484fbb4ed81210143','{"acceptance": "offline", "customer": "cust_6fd2b4b7a108489fb565c95b2f87355f", "mandate": "mandate_10"}','18c0ffa4d008754c8fdc8cacfad421d29fd00bfa8321f1a36a340f069530d160');
INSERT INTO "audit" VALUES(163,1795532400,'demo','192.0.2.1','account.viewed','acct_06835792409245b6a27f0c3ecff6765a','{}','db8120b30d784bb34f7347d5bbc62257c5558a638e44db01604bab00e9c8c08a');
INSERT INTO "audit" VALUES(164,1795532400,'demo','192.0.2.1','customer.added','cust_50b5b314f8974896b8372cec5dd26a06','{"private": "gAAAAABrC5HOzphqNTdLbfCjv0LRiPMLFXBReBr7C-mf40w30k8tg5whKDgw0c-WDmDFF6lfpSFLzRQB08rSDq88igCD7hU3QfuOVVY9RVav_wM7LA4pD9mawiLRz6Q_JZcrNm5s_sSlnRwTbGiAcPPUtWx4undlv0-vCs7NaBPkwtgfOZO0jvZGWfIHe3xmiUdvEcWzvpT8ejFGaFkvUduOhYHBbG-FTtbDUkTCg0OfA-WfabwsYZqlU9Ob4-9noDRMNbJ9ogJd"}','f75bdbaaa80515f7046d1f00bd38ef201a80bb5bbbbc6427dacbff15df473f54');
INSERT INTO "audit" VALUES(165,1795532400,'demo','192.0.2.1','link.opened','link_ae218f6ec38b4b98926fb60002d123e6','{"customer": "cust_50b5b314f8974896b8372cec5dd26a06", "hint": null}','c19ec8b696fee71fa5ed7006a2c5f347569d2102591c8f4ed20ef89bd39e4a53');
INSERT INTO "audit" VALUES(166,1795532400,'demo','192.0.2.1','link.success','link_ae218f6ec38b4b98926fb60002d123e6','{"accounts": 1, "institution": "ins_1", "link_session_id": "session-1", "outcome": "outcome-0011"}','28dc9c287d53639d607fcb4083f169efab7a25e651a099613bee73567ad9edf0');
INSERT INTO "audit" VALUES(167,1795532400,'demo','192.0.2.1','link.exchange_started','link_ae218f6ec38b4b98926fb60002d123e6','{"customer": "cust_50b5b314f8974896b8372cec5dd26a06"}','b69d4f967d06bab59057f268e659d873de0c6438a09067b6b750c3b8d74fc8ec');
INSERT INTO "audit" VALUES(168,1795532400,'demo','192.0.2.1','link.exchanged','link_ae218f6ec38b4b98926fb60002d123e6','{"customer": "cust_50b5b314f8974896b8372cec5dd26a06", "item": "item_00324a0936e94ce9926b12887f961d2b", "plaid_item": "plaid-item-11", "request_id": "req-x"}','75790ec74ce7613433a4a66fcd93a43fe669915e23abda7410b86e33759638e9');
INSERT INTO "audit" VALUES(169,1795532400,'demo','192.0.2.1','link.tokenized','link_ae218f6ec38b4b98926fb60002d123e6','{"customer": "cust_50b5b314f8974896b8372cec5dd26a06", "request_id": "req-b"}','67ff9576131657aa8c902a6d90cfbe9198f41762475c05af23ad9174fbd61aa2');
INSERT INTO "audit" VALUES(170,1795532400,'demo','192.0.2.1','link.customer','link_ae218f6ec38b4b98926fb60002d123e6','{"customer": "cust_50b5b314f8974896b8372cec5dd26a06", "how": "made", "stripe_customer": "cus_11"}','06168d957e469b045d451a31bc47255fd1ae06c6f0bf0a6a4454fd8fcf212646');
INSERT INTO "audit" VALUES(171,1795532400,'demo','192.0.2.1','link.attached','link_ae218f6ec38b4b98926fb60002d123e6','{"bank_account": "ba_11", "customer": "cust_50b5b314f8974896b8372cec5dd26a06", "how": "attached"}','e5607cf9eac1bbb48a2bbca223ec7fa61025615255b33231189960ca096d33cb');
INSERT INTO "audit" VALUES(172,1795532400,'demo','192.0.2.1','link.authorized','link_ae218f6ec38b4b98926fb60002d123e6','{"acceptance": "offline", "customer": "cust_50b5b314f8974896b8372cec5dd26a06", "mandate": "mandate_11"}','4b541c414231d97daa86ec4902ff9f3c026f135503b0a4e2a39771b737b357ce');
INSERT INTO "audit" VALUES(173,1795532400,'demo','192.0.2.1','account.viewed','acct_55d85132f32f4e0fb5cf9670fd058096','{}','a404833a9f5f9fc914937872776708470102f3586446931028714878b686e539');
INSERT INTO "audit" VALUES(174,1795532400,'demo','192.0.2.1','customer.added','cust_443c14b0da98442dbda513b08dac9876','{"private": "gAAAAABrC5HOl0jXDIeIvTsSXY-ahJt3F4uHpjVwoZnrgtWlCE7AqipvvbCtBlkaeLLxOJnBvr1zmI7l8uaEqtjsuw1B2t8quNaA2naVwMiC0y7a5Up9Yjx1eSy4OUqwGfbU1aGlDmVSh6VQ3TKk7Mbw9_7iIMcw1IbX63rlwnWupxxPhZ8gDsyo4DCOph14e9x8ossmFd80YFq21U2F_gNb1iSWGmCqm8c68nv092jS_e-R9IUdjnD69myrs71QKdUw_8htM6uI"}','b7b58d40ad827d13bbe5f6699ec12f41cfdfcb90f086547290927f046a467aca');
INSERT INTO "audit" VALUES(175,1795532400,'demo','192.0.2.1','link.opened','link_ba350e0b3579448792402e0767253c80','{"customer": "cust_443c14b0da98442dbda513b08dac9876", "hint": null}','0cb2fa1cb18a47534ca912d198f386922476650e06628fbd4a258481d67f933c');
INSERT INTO "audit" VALUES(176,1795532400,'demo','192.0.2.1','link.success','link_ba350e0b3579448792402e0767253c80','{"accounts": 1, "institution": "ins_1", "link_session_id": "session-1", "outcome": "outcome-0012"}','9698a1ec28013d2a8072179e0f66bfd097022243a65c73c4b6e49de8cda82ca5');
INSERT INTO "audit" VALUES(177,1795532400,'demo','192.0.2.1','link.exchange_started','link_ba350e0b3579448792402e0767253c80','{"customer": "cust_443c14b0da98442dbda513b08dac9876"}','89d251778bb6fe967cb2d111eecdea290ef9440d9bb25e53921a304ea7e16e15');
INSERT INTO "audit" VALUES(178,1795532400,'demo','192.0.2.1','link.exchanged','link_ba350e0b3579448792402e0767253c80','{"customer": "cust_443c14b0da98442dbda513b08dac9876", "item": "item_7697801db28f420389b80d50b57fd28a", "plaid_item": "plaid-item-12", "request_id": "req-x"}','1ce4a38e6a36ef48a6317f88c1a553a7d05677bf18ba939cf4bd3cd0d44a81ed');
INSERT INTO "audit" VALUES(179,1795532400,'demo','192.0.2.1','link.tokenized','link_ba350e0b3579448792402e0767253c80','{"customer": "cust_443c14b0da98442dbda513b08dac9876", "request_id": "req-b"}','090b0cec759f94c04102172837a108502d6fafc9e6a0022ceff411b318a0342e');
INSERT INTO "audit" VALUES(180,1795532400,'demo','192.0.2.1','link.customer','link_ba350e0b3579448792402e0767253c80','{"customer": "cust_443c14b0da98442dbda513b08dac9876", "how": "made", "stripe_customer": "cus_12"}','5f8f0514d4ac240b9f0c8df4edbc8fdb4090d06c3968b3195552c357accaa099');
INSERT INTO "audit" VALUES(181,1795532400,'demo','192.0.2.1','link.attached','link_ba350e0b3579448792402e0767253c80','{"bank_account": "ba_12", "customer": "cust_443c14b0da98442dbda513b08dac9876", "how": "attached"}','ddcc5ba06046f856dc7df09160de5a827b61c82f548c24b39e0e318d169ad011');
INSERT INTO "audit" VALUES(182,1795532400,'demo','192.0.2.1','link.authorized','link_ba350e0b3579448792402e0767253c80','{"acceptance": "offline", "customer": "cust_443c14b0da98442dbda513b08dac9876", "mandate": "mandate_12"}','922103af043c02ec98ce317755033f4f118ed0dae8f39ebb4b1f34a36669649e');
INSERT INTO "audit" VALUES(183,1795532400,'demo','192.0.2.1','account.viewed','acct_4a6195d7183643ec8818bc487b40fa52','{}','74ca1aca3d838aaaedaefb453d5cec62d9d530a206e8a891caaa90c02dab0419');
INSERT INTO "audit" VALUES(184,1795532400,'demo','192.0.2.1','customer.added','cust_0497c181413642e5994433bd523456e4','{"private": "gAAAAABrC5HOpNbRDf0AXFGrYY7Qh-pOqIMDUpStEX6OCGm2sqkbfoLrGp_mTRwVX_S2hvUcbXQYJwkSS6f1_OwME-cokQgqChSlbXmxXdmryrOET7WFOHh0vLX-I0aZ07xb2PU-tQXHuUOqosDahVR5oeLu-MSj_ClYr-jtWQk1D_ZZFWE32mG4whbmWTxBTBu4rIv2oZQhmzAu-vrMkZcD1OGoP7HSVOnQRkkoVXrmwqfPAZeRnO4="}','01fcdbab1425b3ab9c515f507e7b6e44bc08bed4990be373ece6849cdba1ec2a');
INSERT INTO "audit" VALUES(185,1795532400,'demo','192.0.2.1','link.opened','link_1aefab66ce3b4431911d4f687a545a1c','{"customer": "cust_0497c181413642e5994433bd523456e4", "hint": null}','6b61d14020cf4c2c6a0d570d11e6cfabc66e6e253bd8bad140567e18b72ae523');
INSERT INTO "audit" VALUES(186,1795532400,'demo','192.0.2.1','link.success','link_1aefab66ce3b4431911d4f687a545a1c','{"accounts": 1, "institution": "ins_1", "link_session_id": "session-1", "outcome": "outcome-0013"}','0197d1bf3a4fd6b263f62a91cdf2205ea6730c9c86fd655b5b2b10eef7cbee01');
INSERT INTO "audit" VALUES(187,1795532400,'demo','192.0.2.1','link.exchange_started','link_1aefab66ce3b4431911d4f687a545a1c','{"customer": "cust_0497c181413642e5994433bd523456e4"}','ad3b1b445b2dfde68837c0654d60119616e88cd27d9c42cc459a145396ad3a57');
INSERT INTO "audit" VALUES(188,1795532400,'demo','192.0.2.1','link.exchanged','link_1aefab66ce3b4431911d4f687a545a1c','{"customer": "cust_0497c181413642e5994433bd523456e4", "item": "item_0f4b7e2a53e84a8ba9541d4d300237b2", "plaid_item": "plaid-item-13", "request_id": "req-x"}','d13a2b88a86fd112bd086c5f21e10420078c9c6a945285d3516cb31d72084001');
INSERT INTO "audit" VALUES(189,1795532400,'demo','192.0.2.1','link.tokenized','link_1aefab66ce3b4431911d4f687a545a1c','{"customer": "cust_0497c181413642e5994433bd523456e4", "request_id": "req-b"}','db129f7d219d7e74b3881d527aa1064ff58a2d12189ea7da0bc00ed490f50d29');
INSERT INTO "audit" VALUES(190,1795532400,'demo','192.0.2.1','link.customer','link_1aefab66ce3b4431911d4f687a545a1c','{"customer": "cust_0497c181413642e5994433bd523456e4", "how": "made", "stripe_customer": "cus_13"}','95c26d03f9a89cfc7bff33e8aedd0774b762bbea225d73c034e8298631467bf5');
INSERT INTO "audit" VALUES(191,1795532400,'demo','192.0.2.1','link.attached','link_1aefab66ce3b4431911d4f687a545a1c','{"bank_account": "ba_13", "customer": "cust_0497c181413642e5994433bd523456e4", "how": "attached"}','a98bd8724dc4ca7da8cac1924c819663db887cd094a723e3301d11fcded16a21');
INSERT INTO "audit" VALUES(192,1795532400,'demo','192.0.2.1','link.authorized','link_1aefab66ce3b4431911d4f687a545a1c','{"acceptance": "offline", "customer": "cust_0497c181413642e5994433bd523456e4", "mandate": "mandate_13"}','3125ef5098129f618fc9a893cab2513309d5ffd6472b9ab8e8e94798ec54aa44');
INSERT INTO "audit" VALUES(193,1795532400,'demo','192.0.2.1','account.viewed','acct_b04689571f474527bcaa7cbe2f46ace1','{}','7e2b31b23a0b74ad48b5c18325c6c80b548793ac6501b533c3b75b654ddc7904');
INSERT INTO "audit" VALUES(194,1795532400,'demo','192.0.2.1','item.token_changed','item_0f4b7e2a53e84a8ba9541d4d300237b2','{}','0792c6b3b49d5ce96860a3812713f3b9d771f989a2967d4ad3498e546370a1b0');
INSERT INTO "audit" VALUES(195,1795532400,'demo','192.0.2.1','customer.added','cust_40b3533a279043c890f7d5bf3eaf6c4b','{"private": "gAAAAABrC5HOjSEHw_jCH96TJWswbErNfFuWS3Fceao9l9iXs0aZJtspZK0RNONxheMN-J7GoEfm6pKU0lVfnPRVDjHkKEKebF_GzrvHsyZen9GJXJSQFzYM1yPJhnG4f9hLG8Ojjo_4RetZh1FvPUf3FGLr7FGU3GqnYq8hQk30SP-U6EoXkzIYLpRlqaIEzh5D0JyLmcI28ka7nuZ5NKQDN01Kl7_WWa9yG6h2WHKfNhJDMZ-Xi2Z-7JPELKELAvpNnUhkP8OB"}','7e19e4dc7788a59d306d61a362ca2b03cd2937a071e077b1aaf2e951950c3e36');
INSERT INTO "audit" VALUES(196,1795532400,'demo','192.0.2.1','link.opened','link_5ba55ce1b811428791dfa72328a66420','{"customer": "cust_40b3533a279043c890f7d5bf3eaf6c4b", "hint": null}','0fa1b7900662d669adfb57a782810e04a7a35b0161708cd292e2f97103c7340c');
INSERT INTO "audit" VALUES(197,1795532400,'demo','192.0.2.1','link.success','link_5ba55ce1b811428791dfa72328a66420','{"accounts": 1, "institution": "ins_1", "link_session_id": "session-1", "outcome": "outcome-0014"}','ef1095a4b7c93699eddb19d48450439a1c1a6f71c75e753c7f1fbb6662256e9c');
INSERT INTO "audit" VALUES(198,1795532400,'demo','192.0.2.1','link.exchange_started','link_5ba55ce1b811428791dfa72328a66420','{"customer": "cust_40b3533a279043c890f7d5bf3eaf6c4b"}','c15376714ea7d343ac2bdcf538a800cfaff23ba23e18b4ad634f2ff22c78bb78');
INSERT INTO "audit" VALUES(199,1795532400,'demo','192.0.2.1','link.exchanged','link_5ba55ce1b811428791dfa72328a66420','{"customer": "cust_40b3533a279043c890f7d5bf3eaf6c4b", "item": "item_cc8f3def0df74a53916b557edc41bca4", "plaid_item": "plaid-item-14", "request_id": "req-x"}','59b3829cec05c10b2b79a1dddbf135b9373eac28425faf5e194d71360263e7da');
INSERT INTO "audit" VALUES(200,1795532400,'demo','192.0.2.1','link.tokenized','link_5ba55ce1b811428791dfa72328a66420','{"customer": "cust_40b3533a279043c890f7d5bf3eaf6c4b", "request_id": "req-b"}','97bf99d5aec8fe971e974992e191176d60b160b750d48bfe3b6019cb31274b5e');
INSERT INTO "audit" VALUES(201,1795532400,'demo','192.0.2.1','link.customer','link_5ba55ce1b811428791dfa72328a66420','{"customer": "cust_40b3533a279043c890f7d5bf3eaf6c4b", "how": "made", "stripe_customer": "cus_14"}','2af1466b2a4af3d5f9025532950bb24f61b26b2754a7f7b54ecb01b1cbdf7ad6');
INSERT INTO "audit" VALUES(202,1795532400,'demo','192.0.2.1','link.attached','link_5ba55ce1b811428791dfa72328a66420','{"bank_account": "ba_14", "customer": "cust_40b3533a279043c890f7d5bf3eaf6c4b", "how": "attached"}','4b6c3433333c159ee06f22c660f2466c1aa0e9505783d1429b0f549bb965d66e');
INSERT INTO "audit" VALUES(203,1795532400,'demo','192.0.2.1','link.authorized','link_5ba55ce1b811428791dfa72328a66420','{"acceptance": "offline", "customer": "cust_40b3533a279043c890f7d5bf3eaf6c4b", "mandate": "mandate_14"}','3ddd573030694816aba0a5634cb190759614f63beb18194f388da5e758d0655a');
INSERT INTO "audit" VALUES(204,1795532400,'demo','192.0.2.1','account.viewed','acct_636487c0b55a4fa6860120cec83b1d23','{}','f61206201d57a30800526949b2a641ed6a71b4e64d19d07c94ff307c4731d7bf');
INSERT INTO "audit" VALUES(205,1795532400,'demo','192.0.2.1','item.token_refused','item_cc8f3def0df74a53916b557edc41bca4','{"code": "INTERNAL", "request_id": "req-no"}','89d2cff5b7920947be4e293da2b8ce28ff5035213fecec5216bc5ed1ad0bc26a');
INSERT INTO "audit" VALUES(206,1795532400,'demo','192.0.2.1','customer.added','cust_b07051655e194a42bfc10eb7687abc79','{"private": "gAAAAABrC5HOtVEo8HkFoL_tLmHeT-l7mY1-QiFmRvQ8d7JQs32t1riHjGDDjoDHD2EDmTl_SZv_lfNJcNJjspzcly9jv9HvUxj1YYs6lxOX9fLC8tFLFfQjuCQm1s-07zERxiHSlG-TPOX1qxb3zuCeiZjmm_RQm5gwwgaZxPY58kVzR5QGw3d5kPrVAQKHaVoPyw_7ai1v18FYRiqmSdOw-0D5PR-mM_J2l_E_eVWeL_FFdsP1ixw="}','9a9cf0347597392adc5e3423233569fe272fd516229310d08b59dd0b203fbf6a');
INSERT INTO "audit" VALUES(207,1795532400,'demo','192.0.2.1','link.opened','link_5eb75c01b1564e18bdd755c518d5be6b','{"customer": "cust_b07051655e194a42bfc10eb7687abc79", "hint": null}','a2ec5d750bf5ba6f4df07e345b73e659cffc811ae4f2dd9f60041e0af51f1761');
INSERT INTO "audit" VALUES(208,1795532400,'demo','192.0.2.1','link.success','link_5eb75c01b1564e18bdd755c518d5be6b','{"accounts": 1, "institution": "ins_1", "link_session_id": "session-1", "outcome": "outcome-0015"}','de50a850d9167efec5f7c6562da918b1b7abc5beed857c9c38c8f8dfb4fabb3f');
INSERT INTO "audit" VALUES(209,1795532400,'demo','192.0.2.1','link.exchange_started','link_5eb75c01b1564e18bdd755c518d5be6b','{"customer": "cust_b07051655e194a42bfc10eb7687abc79"}','bd1148a8c1bd4c71e2275234d615c04691a711ed3683932afcb657395285a6f7');
INSERT INTO "audit" VALUES(210,1795532400,'demo','192.0.2.1','link.exchanged','link_5eb75c01b1564e18bdd755c518d5be6b','{"customer": "cust_b07051655e194a42bfc10eb7687abc79", "item": "item_7e7913f35d604145a15650086e874d73", "plaid_item": "plaid-item-15", "request_id": "req-x"}','c349c5a287138744151e2c9b6fba4d3ad7a9505de36ff55d69d480e5f20628fd');
INSERT INTO "audit" VALUES(211,1795532400,'demo','192.0.2.1','link.tokenized','link_5eb75c01b1564e18bdd755c518d5be6b','{"customer": "cust_b07051655e194a42bfc10eb7687abc79", "request_id": "req-b"}','e6d97b4ded44dad892910f8c6bfdf0037710735bc97fb41b7d5380936ef906bd');
INSERT INTO "audit" VALUES(212,1795532400,'demo','192.0.2.1','link.customer','link_5eb75c01b1564e18bdd755c518d5be6b','{"customer": "cust_b07051655e194a42bfc10eb7687abc79", "how": "made", "stripe_customer": "cus_15"}','bb8b81d02f8514659a6623e3c85f37168ca6b7a38b666bd946e9a62f3bde1420');
INSERT INTO "audit" VALUES(213,1795532400,'demo','192.0.2.1','link.attached','link_5eb75c01b1564e18bdd755c518d5be6b','{"bank_account": "ba_15", "customer": "cust_b07051655e194a42bfc10eb7687abc79", "how": "attached"}','e97f015e15795d3f575fcfb8bf0da71079699285f5abfb4b065d54ad295a67b7');
INSERT INTO "audit" VALUES(214,1795532400,'demo','192.0.2.1','link.authorized','link_5eb75c01b1564e18bdd755c518d5be6b','{"acceptance": "offline", "customer": "cust_b07051655e194a42bfc10eb7687abc79", "mandate": "mandate_15"}','1d0f2a1558dd8ee082babddc9195bc3365401d85ce14fb04700dd660529ce0c4');
INSERT INTO "audit" VALUES(215,1795532400,'demo','192.0.2.1','account.viewed','acct_d5d2eefd3bf24b9ba0cb3c119fcbb968','{}','da26cea36fb3d953e99ba6f9d501bb4783ed1b824a58a3cc3354e1cf5595185f');
INSERT INTO "audit" VALUES(216,1795532520,'demo','192.0.2.1','item.token_lost','item_7e7913f35d604145a15650086e874d73','{"code": "token_lost", "request_id": null}','fad74d499dc462e41e8757e7fc35c79d3592ba5e3af9f3b34ca692e6b9e40c61');
INSERT INTO "audit" VALUES(217,1795532520,'demo','192.0.2.1','item.health','item_7e7913f35d604145a15650086e874d73','{"after": {"state": "revoked"}, "before": {"state": "healthy"}}','64ed1b07a8fd160bb19df619a5b7cdef01b65c0e4c56a0e11c3d568eeb3a4313');
INSERT INTO "audit_head" VALUES(1,217,'64ed1b07a8fd160bb19df619a5b7cdef01b65c0e4c56a0e11c3d568eeb3a4313');
INSERT INTO "bank_account" VALUES('acct_b70758d719aa495abdf18081dcf3686c','cust_97c1766b5f374093958a9596e855b3d3','item_0b8f7e079d09451c9b37709be88629a0','acc-1','Plaid Checking','0000','checking','ins_1','First Platypus Bank','cus_1','ba_1','STRIPE TEST BANK','6789','verified','fp-1','mandate_1','active',1795532400,1795532400,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "bank_account" VALUES('acct_0368c259c5ba4644bda4ed3a19294b2a','cust_80df04bb6a4e460abd6a86f3cbe141f6','item_a21c68467ff34781b5285c15ad590837','acc-1','Plaid Checking','0000','checking','ins_1','First Platypus Bank','cus_2','ba_2','STRIPE TEST BANK','6789','verified','fp-1','mandate_2','inactive',1795532400,1795532400,'removed',1795532400,NULL,NULL,NULL,NULL);
INSERT INTO "bank_account" VALUES('acct_b8e0211216d8490b862e0b8119545120','cust_c1af3382979c47a2b2a5d2ca017b5ab7','item_ecaee6b8e1e24417bf2990a9e0231565','acc-1','Plaid Checking','0000','checking','ins_1','First Platypus Bank','cus_3','ba_3','STRIPE TEST BANK','6789','verified','fp-1','mandate_3','inactive',1795532400,1795532400,'removed',1795532400,NULL,NULL,NULL,NULL);
INSERT INTO "bank_account" VALUES('acct_7de030ad8dbe4504ab561eccb4f128cb','cust_baf15d3ba5bf4a2bae1e19506ded6ed6','item_5b6975976deb467281144aaaabf74876','acc-1','Plaid Checking','0000','checking','ins_1','First Platypus Bank','cus_4','ba_4','STRIPE TEST BANK','6789','verified','fp-1','mandate_4','inactive',1795532400,1795532400,'removed',1795532400,NULL,NULL,NULL,NULL);
INSERT INTO "bank_account" VALUES('acct_3e265f5fd693495da16a0befd151cb4b','cust_4ce7b16f58354179b06e6cf5e00ea09d','item_5aa1649362df4b73b1df247c92632916','acc-1','Plaid Checking','0000','checking','ins_1','First Platypus Bank','cus_5','ba_5','STRIPE TEST BANK','6789','verified','fp-1','mandate_5','inactive',1795532400,1795532400,'removed',1795532400,NULL,NULL,NULL,NULL);
INSERT INTO "bank_account" VALUES('acct_81eb083453c74386a8e4f140c20db9d1','cust_213e26cad50c4275afb8c354ace31df5','item_88f0d4b53cec421ab4fe33910f865694','acc-1','Plaid Checking','0000','checking','ins_1','First Platypus Bank','cus_6','ba_6','STRIPE TEST BANK','6789','detached','fp-1','mandate_6','inactive',1795532400,1795532400,'removed',1795532400,NULL,NULL,NULL,NULL);
INSERT INTO "bank_account" VALUES('acct_153044a5b60e4f5c896fb2776a26c41b','cust_0de0a2dfb5da4a16bf4011ddde3a68d8','item_67482ea5871845a0ad3580aba7c4f659','acc-1','Plaid Checking','0000','checking','ins_1','First Platypus Bank','cus_7','ba_7','STRIPE TEST BANK','6789','verified','fp-1','mandate_7','inactive',1795532400,1795532400,'erased',1795532400,NULL,NULL,NULL,NULL);
INSERT INTO "bank_account" VALUES('acct_95970ddd64bc44e494a3713fd99ac1fe','cust_09c6ba8d88704d37b843c41ef674c3b1','item_61b84b5435f14d90aa5d2960106ee12d','acc-1','Account','0000','checking','ins_1','First Platypus Bank','cus_8','ba_8','STRIPE TEST BANK','6789','detached',NULL,'mandate_8','inactive',1795532400,1795532400,'erased',1795532400,NULL,NULL,NULL,NULL);
INSERT INTO "bank_account" VALUES('acct_bd6d17aa2b7845bb9a3126fe3d1eef79','cust_12ebfa1a3c2b4651be05183c4d752e12','item_c9bb2b0d0293462eaf2e70aea15b7bbf','acc-1','Account','0000','checking','ins_1','First Platypus Bank','cus_9','ba_9','STRIPE TEST BANK','6789','detached',NULL,'mandate_9','inactive',1795532400,1795532400,'erased',1795532400,NULL,NULL,NULL,NULL);
INSERT INTO "bank_account" VALUES('acct_06835792409245b6a27f0c3ecff6765a','cust_6fd2b4b7a108489fb565c95b2f87355f','item_173bf7c95b6c4f6f8923cb09a1e46f12','acc-1','Plaid Checking','0000','checking','ins_1','First Platypus Bank','cus_10','ba_10','STRIPE TEST BANK','6789','verified','fp-1','mandate_10','active',1795532400,1795532400,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "bank_account" VALUES('acct_55d85132f32f4e0fb5cf9670fd058096','cust_50b5b314f8974896b8372cec5dd26a06','item_00324a0936e94ce9926b12887f961d2b','acc-1','Plaid Checking','0000','checking','ins_1','First Platypus Bank','cus_11','ba_11','STRIPE TEST BANK','6789','verified','fp-1','mandate_11','active',1795532400,1795532400,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "bank_account" VALUES('acct_4a6195d7183643ec8818bc487b40fa52','cust_443c14b0da98442dbda513b08dac9876','item_7697801db28f420389b80d50b57fd28a','acc-1','Plaid Checking','0000','checking','ins_1','First Platypus Bank','cus_12','ba_12','STRIPE TEST BANK','6789','verified','fp-1','mandate_12','active',1795532400,1795532400,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "bank_account" VALUES('acct_b04689571f474527bcaa7cbe2f46ace1','cust_0497c181413642e5994433bd523456e4','item_0f4b7e2a53e84a8ba9541d4d300237b2','acc-1','Plaid Checking','0000','checking','ins_1','First Platypus Bank','cus_13','ba_13','STRIPE TEST BANK','6789','verified','fp-1','mandate_13','active',1795532400,1795532400,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "bank_account" VALUES('acct_636487c0b55a4fa6860120cec83b1d23','cust_40b3533a279043c890f7d5bf3eaf6c4b','item_cc8f3def0df74a53916b557edc41bca4','acc-1','Plaid Checking','0000','checking','ins_1','First Platypus Bank','cus_14','ba_14','STRIPE TEST BANK','6789','verified','fp-1','mandate_14','active',1795532400,1795532400,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "bank_account" VALUES('acct_d5d2eefd3bf24b9ba0cb3c119fcbb968','cust_b07051655e194a42bfc10eb7687abc79','item_7e7913f35d604145a15650086e874d73','acc-1','Plaid Checking','0000','checking','ins_1','First Platypus Bank','cus_15','ba_15','STRIPE TEST BANK','6789','verified','fp-1','mandate_15','active',1795532400,1795532400,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "bank_balance" VALUES('acct_b70758d719aa495abdf18081dcf3686c','cust_97c1766b5f374093958a9596e855b3d3','cust_97c1766b5f374093958a9596e855b3d3','gAAAAABrC5HNjauK3LvSjOu1bC0-Kygl2EXygKAuJT6g4jGdTpkdCtsmXBJzmCqVAKjEgOkTvHh5N_qUI473WSwUb1KTzwAFZCCzpnMNnZ52KurHjO9xZzdkAruKsDgAlzS8LSdGxLp5PMNFy7l1JYGPbhYeG6C_Cnl39Ov6sg2jXWsXTEkA9KA=',1795532400);
INSERT INTO "customer" VALUES('cust_afe9f977549a40af94bf9103aac3557b','Jenny Rosen','jenny@example.com','C-1','individual',NULL,0,'key_23e2bb9243974d13a8dda4e33e3b5fc0',NULL,NULL,1795532400,1795532400,NULL,NULL);
INSERT INTO "customer" VALUES('cust_97c1766b5f374093958a9596e855b3d3','Debits','debits@example.com','debits','individual','cus_1',1,'key_ba1eb6375e7344b0aca81b9838d790aa','{"email":"debits@example.com","metadata":{"ach_desk_customer":"cust_97c1766b5f374093958a9596e855b3d3"},"name":"Debits"}',1795532400,1795532400,1795532400,NULL,NULL);
INSERT INTO "customer" VALUES('cust_80df04bb6a4e460abd6a86f3cbe141f6','Removal-Plaid','removal-plaid@example.com','removal-plaid','individual','cus_2',1,'key_b50ac55d7d3b4647bcdf21787b3f0d83','{"email":"removal-plaid@example.com","metadata":{"ach_desk_customer":"cust_80df04bb6a4e460abd6a86f3cbe141f6"},"name":"Removal-Plaid"}',1795532400,1795532400,1795532400,NULL,NULL);
INSERT INTO "customer" VALUES('cust_c1af3382979c47a2b2a5d2ca017b5ab7','Removal-Stripe','removal-stripe@example.com','removal-stripe','individual','cus_3',1,'key_b86d3ff82d12405bb902ce6212128784','{"email":"removal-stripe@example.com","metadata":{"ach_desk_customer":"cust_c1af3382979c47a2b2a5d2ca017b5ab7"},"name":"Removal-Stripe"}',1795532400,1795532400,1795532400,NULL,NULL);
INSERT INTO "customer" VALUES('cust_baf15d3ba5bf4a2bae1e19506ded6ed6','Removal-Refused','removal-refused@example.com','removal-refused','individual','cus_4',1,'key_04d799f7e9af4e18ab64759d5c8a6ba9','{"email":"removal-refused@example.com","metadata":{"ach_desk_customer":"cust_baf15d3ba5bf4a2bae1e19506ded6ed6"},"name":"Removal-Refused"}',1795532400,1795532400,1795532400,NULL,NULL);
INSERT INTO "customer" VALUES('cust_4ce7b16f58354179b06e6cf5e00ea09d','Removal-Killed','removal-killed@example.com','removal-killed','individual','cus_5',1,'key_b8444801ad044a2aa0278500b1c66ccf','{"email":"removal-killed@example.com","metadata":{"ach_desk_customer":"cust_4ce7b16f58354179b06e6cf5e00ea09d"},"name":"Removal-Killed"}',1795532400,1795532400,1795532400,NULL,NULL);
INSERT INTO "customer" VALUES('cust_213e26cad50c4275afb8c354ace31df5','Removal-Done','removal-done@example.com','removal-done','individual','cus_6',1,'key_590eee36828d4aff8a960a54cc5423e1','{"email":"removal-done@example.com","metadata":{"ach_desk_customer":"cust_213e26cad50c4275afb8c354ace31df5"},"name":"Removal-Done"}',1795532400,1795532400,1795532400,NULL,NULL);
INSERT INTO "customer" VALUES('cust_0de0a2dfb5da4a16bf4011ddde3a68d8','Erasure-Ordered','erasure-ordered@example.com','erasure-ordered','individual','cus_7',1,'key_844b3a3927ab4c6b8a1560b693f1d5c4','{"email":"erasure-ordered@example.com","metadata":{"ach_desk_customer":"cust_0de0a2dfb5da4a16bf4011ddde3a68d8"},"name":"Erasure-Ordered"}',1795532400,1795532400,1795532400,NULL,NULL);
INSERT INTO "customer" VALUES('cust_09c6ba8d88704d37b843c41ef674c3b1','Erased 09c6ba8d','','erased cust_09c6ba8d88704d37b843c41ef674c3b1','individual','cus_8',1,'key_2beab8600a444735bfebcbe7c30b41cb',NULL,1795532400,1795532400,1795532400,1795532400,NULL);
INSERT INTO "customer" VALUES('cust_12ebfa1a3c2b4651be05183c4d752e12','Erased 12ebfa1a','','erased cust_12ebfa1a3c2b4651be05183c4d752e12','individual','cus_9',1,'key_0102d676a54043a7b26467aa5c7606d3',NULL,1795532400,1795532400,1795532400,1795532400,NULL);
INSERT INTO "customer" VALUES('cust_6fd2b4b7a108489fb565c95b2f87355f','Rotation-Wanted','rotation-wanted@example.com','rotation-wanted','individual','cus_10',1,'key_3bc718ad9e47480f8a20c810ba6c1009','{"email":"rotation-wanted@example.com","metadata":{"ach_desk_customer":"cust_6fd2b4b7a108489fb565c95b2f87355f"},"name":"Rotation-Wanted"}',1795532400,1795532400,1795532400,NULL,NULL);
INSERT INTO "customer" VALUES('cust_50b5b314f8974896b8372cec5dd26a06','Rotation-Sent-Alive','rotation-sent-alive@example.com','rotation-sent-alive','individual','cus_11',1,'key_0f10bfdeca70495099d93bef635fadfc','{"email":"rotation-sent-alive@example.com","metadata":{"ach_desk_customer":"cust_50b5b314f8974896b8372cec5dd26a06"},"name":"Rotation-Sent-Alive"}',1795532400,1795532400,1795532400,NULL,NULL);
INSERT INTO "customer" VALUES('cust_443c14b0da98442dbda513b08dac9876','Rotation-Sent-Dead','rotation-sent-dead@example.com','rotation-sent-dead','individual','cus_12',1,'key_4e7d31144dc243e2972627e24ba92fab','{"email":"rotation-sent-dead@example.com","metadata":{"ach_desk_customer":"cust_443c14b0da98442dbda513b08dac9876"},"name":"Rotation-Sent-Dead"}',1795532400,1795532400,1795532400,NULL,NULL);
INSERT INTO "customer" VALUES('cust_0497c181413642e5994433bd523456e4','Rotation-Done','rotation-done@example.com','rotation-done','individual','cus_13',1,'key_3c11f37d5d894c47ba37a292757906d6','{"email":"rotation-done@example.com","metadata":{"ach_desk_customer":"cust_0497c181413642e5994433bd523456e4"},"name":"Rotation-Done"}',1795532400,1795532400,1795532400,NULL,NULL);
INSERT INTO "customer" VALUES('cust_40b3533a279043c890f7d5bf3eaf6c4b','Rotation-Refused','rotation-refused@example.com','rotation-refused','individual','cus_14',1,'key_b6cd3d60a93e4d049c73cdc41e0ccda6','{"email":"rotation-refused@example.com","metadata":{"ach_desk_customer":"cust_40b3533a279043c890f7d5bf3eaf6c4b"},"name":"Rotation-Refused"}',1795532400,1795532400,1795532400,NULL,NULL);
INSERT INTO "customer" VALUES('cust_b07051655e194a42bfc10eb7687abc79','Rotation-Lost','rotation-lost@example.com','rotation-lost','individual','cus_15',1,'key_d9920835636b4e3fa816b25c43f0d7ad','{"email":"rotation-lost@example.com","metadata":{"ach_desk_customer":"cust_b07051655e194a42bfc10eb7687abc79"},"name":"Rotation-Lost"}',1795532400,1795532400,1795532400,NULL,NULL);
INSERT INTO "customer_key" VALUES('cust_afe9f977549a40af94bf9103aac3557b',X'67414141414142724335484D553371476A5F6A716E6E394D57704F5341746148547A7441612D414B79322D4430506B6C7A514B552D2D673552376370494930783049303241624554773244677147445856682D687042363073315A573843545A4A6644647A71767730525F2D37626B43307735377A44464B43505951326E3835666A35507753775F37367372');
INSERT INTO "customer_key" VALUES('cust_97c1766b5f374093958a9596e855b3d3',X'67414141414142724335484D305345392D3557684753714D557A3259653674327A7659716741634A6C674E4C31684432327A5F55425F5F326970367656633151415057644A3179474D63624E77704B6970333842424A3235444F45595F4B355A5F6742634362532D6A4E76515351563345364245756A3250683974544457424C77476B584E696563796C7565');
INSERT INTO "customer_key" VALUES('cust_80df04bb6a4e460abd6a86f3cbe141f6',X'67414141414142724335484E33306A51323369756937706F764E6B4F4C5166595152666761514D6D504E65307947705357484D722D6E5634786D43794A7961764370343355486264776C6C4B79426F3252304C4539554E655A75686347627A2D3642304E5F71344C4B497967372D79557A5541586C6D6837436F74595A4F324A64346A45596245484D53417A');
INSERT INTO "customer_key" VALUES('cust_c1af3382979c47a2b2a5d2ca017b5ab7',X'67414141414142724335484E6B63334758634B5A6266637172657A3366316A7672594D424341687970742D357038396D63326276546B70634C44544D654A515F786F2D4F3836653539694D4941496341425538692D7A6B6842706F6D4E32654D595648496F45634976626174556443424F62473271552D3278646F625246324A416D66337267564B5F4C535F');
INSERT INTO "customer_key" VALUES('cust_baf15d3ba5bf4a2bae1e19506ded6ed6',X'67414141414142724335484E756F50673671646F564D2D4139515653707045425F6C6F63387949785F4535547A4B4A334D503449724F555A73794E3367797430785A5532306A4A32306D2D5375654A356D412D35496430713664416B306D72495048746E444579426D58776D376C3758464764763342454B64766E6C5477446B516A7557624554436258584A');
INSERT INTO "customer_key" VALUES('cust_4ce7b16f58354179b06e6cf5e00ea09d',X'67414141414142724335484E574F4B4F69786961473549556F34524234374E6B50716B785138627532496E72513472727936744A454A724C51383874516378613049666474324634464E77636251622D545F676B5A38775F526862332D695178436A545243384F30497436536B33574E653449533152786750725F734D3045646442385151726F37544B3878');
INSERT INTO "customer_key" VALUES('cust_213e26cad50c4275afb8c354ace31df5',X'67414141414142724335484E494E3939336336476943436753506F3871594661676D7A416E67353234574B636671646F616B3167366574796473303670567865626971664F78757A546C79686355316C4E325355525376656F43525A716B47384B4A554C49547373737755676F71503939305A5736565255467743746B595858713041763463583730314E38');
INSERT INTO "customer_key" VALUES('cust_0de0a2dfb5da4a16bf4011ddde3a68d8',X'67414141414142724335484E344435423357503352323476344C51617951464B334A75386C315355467347497276485446544B464C4D75795F5664754E34713845456A31706E2D37595765516A5070413461776C5A6C343277306F37387258536F7A447A5A6844385033456272367562575536664971452D4C46497A6A6D564559777A523868687351705362');
INSERT INTO "customer_key" VALUES('cust_6fd2b4b7a108489fb565c95b2f87355f',X'67414141414142724335484E475F4646587249765761727779734E4D555537774B435F48644734475F644F372D704E384B377674747879592D325F676E773635657152706B6741773066554E754249492D44694B4F395F4A4A674B6179593057364B6B6E425754427750727663746F4A4A48416249624E36476254793630387053706E43437033696F39732D');
INSERT INTO "customer_key" VALUES('cust_50b5b314f8974896b8372cec5dd26a06',X'67414141414142724335484E6938444A5839594B6E6D6D4862587075397267483267677935496E3765517A567A753039704B444F4A6651673731577A4133326F573876534B426F6C32674C50595A6243326C4F417134516C33717241692D63726432614A4B49527A5135707866544D58343270494A7A70346D664159345974534C686C49434D5A5349787453');
INSERT INTO "customer_key" VALUES('cust_443c14b0da98442dbda513b08dac9876',X'67414141414142724335484F4C41706278663842617641663836765F595A6C32595474574350625A536D58726436504665596542454E66574F6B4A494E3679424C424A4F78366F346E3939525F36724E76614D44515267393071324A365772642D7671326C7162654B73454D796B6E70426563316C6564386867614370564C4158695850615954326E5A7636');
INSERT INTO "customer_key" VALUES('cust_0497c181413642e5994433bd523456e4',X'67414141414142724335484F3443794B70444C413566385477304F4F6F347A6D755A66726867416E56593173727A3331515365636A4938304D7230566A354B37703966384453674D6F41786C384946736777414C516F764957764668784A39454C4E4533747079583758644A74623762356F3353726338775A756369503757374A68375875564C444956387A');
INSERT INTO "customer_key" VALUES('cust_40b3533a279043c890f7d5bf3eaf6c4b',X'67414141414142724335484F586A6633356D514A33576F6C624A4F7476366C517A7543466632417439414C736578304D4662506F454961747245344C3168386D436862727A6563774D6957556F4E595236596879466132753341334F46783166327871366C6D3147486B53376179506F524D474C6B366C505431756A49746B46385233644174566B33493856');
INSERT INTO "customer_key" VALUES('cust_b07051655e194a42bfc10eb7687abc79',X'67414141414142724335484F754467526354513237567A73496C4B7A755532327733426366496231386A79417A62416A4A796B63766D627366756E6C6D715F52693353715A357A53775F58436D41424434627162565438435A48564338635F7945336F30777364386B78434F6864316C50454451754432304166677379466E43683676714E6B3279775F6943');
INSERT INTO "debit" VALUES('debit_7e6d57a894e047ff944199c43e276f72','ticket-submitted','cust_97c1766b5f374093958a9596e855b3d3','acct_b70758d719aa495abdf18081dcf3686c',1000,'usd','services','submitted','ACME','submitted','key_8014aedbe21947f2be01d346cb57640d','{"allowed_payment_method_types":["us_bank_account"],"amount":1000,"confirm":true,"currency":"usd","customer":"cus_1","description":"Invoice submitted","metadata":{"ach_desk_debit":"debit_7e6d57a894e047ff944199c43e276f72","invoice_reference":"submitted"},"off_session":true,"payment_method":"ba_1","payment_method_options":{"us_bank_account":{"transaction_purpose":"services"}},"statement_descriptor":"ACME"}','{"at":1795532400,"available_cents":100000,"currency":"usd","current_cents":100000}','demo','192.0.2.1',1795532400,0,'pi_1','py_1',NULL,NULL,NULL,1795532400,1795532400);
INSERT INTO "debit" VALUES('debit_eca60e466afc40498b64dd75ff70c180','ticket-refused','cust_97c1766b5f374093958a9596e855b3d3','acct_b70758d719aa495abdf18081dcf3686c',1000,'usd','services','refused','ACME','refused','key_ad40370cb8b44ef390f59b75ee84ea07','{"allowed_payment_method_types":["us_bank_account"],"amount":1000,"confirm":true,"currency":"usd","customer":"cus_1","description":"Invoice refused","metadata":{"ach_desk_debit":"debit_eca60e466afc40498b64dd75ff70c180","invoice_reference":"refused"},"off_session":true,"payment_method":"ba_1","payment_method_options":{"us_bank_account":{"transaction_purpose":"services"}},"statement_descriptor":"ACME"}','{"at":1795532400,"available_cents":100000,"currency":"usd","current_cents":100000}','demo','192.0.2.1',1795532400,0,NULL,NULL,'{"action":"Ask the customer for another account, or Stripe''s support to unblock it.","code":"bank_account_unusable","meaning":"An earlier debit came back, so it is blocked.","provider":"stripe","request_id":"req-no","what":"Stripe does not let this bank account be debited."}',NULL,NULL,1795532400,1795532400);
INSERT INTO "debit" VALUES('debit_4b474a5aa2b44ddc9b40347a5db5a778','ticket-created','cust_97c1766b5f374093958a9596e855b3d3','acct_b70758d719aa495abdf18081dcf3686c',1000,'usd','services','created','ACME','created','key_5b0adb34601947a69d144f21fa42e9de','{"allowed_payment_method_types":["us_bank_account"],"amount":1000,"confirm":true,"currency":"usd","customer":"cus_1","description":"Invoice created","metadata":{"ach_desk_debit":"debit_4b474a5aa2b44ddc9b40347a5db5a778","invoice_reference":"created"},"off_session":true,"payment_method":"ba_1","payment_method_options":{"us_bank_account":{"transaction_purpose":"services"}},"statement_descriptor":"ACME"}','{"at":1795532400,"available_cents":100000,"currency":"usd","current_cents":100000}','demo','192.0.2.1',NULL,0,NULL,NULL,'{"action":"Give Stripe''s support the request id.","code":"unreachable","meaning":"","provider":"stripe","request_id":"req-lost","what":"No answer."}',NULL,NULL,1795532400,1795532400);
INSERT INTO "debit" VALUES('debit_5018c882092042de82b60e4571be160a','ticket-unknown-there','cust_97c1766b5f374093958a9596e855b3d3','acct_b70758d719aa495abdf18081dcf3686c',1000,'usd','services','unknown-there','ACME','unknown','key_38091b59ee204f38bc53343fc9250c33','{"allowed_payment_method_types":["us_bank_account"],"amount":1000,"confirm":true,"currency":"usd","customer":"cus_1","description":"Invoice unknown-there","metadata":{"ach_desk_debit":"debit_5018c882092042de82b60e4571be160a","invoice_reference":"unknown-there"},"off_session":true,"payment_method":"ba_1","payment_method_options":{"us_bank_account":{"transaction_purpose":"services"}},"statement_descriptor":"ACME"}','{"at":1795532400,"available_cents":100000,"currency":"usd","current_cents":100000}','demo','192.0.2.1',1795532400,0,NULL,NULL,'{"action":"It is looked for again by itself; before you order another one, search Stripe for its id.","code":"unreachable","meaning":"It is not sent under another key, so that nobody is charged twice.","provider":"stripe","request_id":"req-lost","what":"It is not known whether Stripe took this debit."}',NULL,NULL,1795532400,1795532400);
INSERT INTO "debit" VALUES('debit_1c636c31026646aabdb7eb46be85dd0c','ticket-unknown-nowhere','cust_97c1766b5f374093958a9596e855b3d3','acct_b70758d719aa495abdf18081dcf3686c',1000,'usd','services','unknown-nowhere','ACME','unknown','key_d797899e65314560a8288bdacc8ea90b','{"allowed_payment_method_types":["us_bank_account"],"amount":1000,"confirm":true,"currency":"usd","customer":"cus_1","description":"Invoice unknown-nowhere","metadata":{"ach_desk_debit":"debit_1c636c31026646aabdb7eb46be85dd0c","invoice_reference":"unknown-nowhere"},"off_session":true,"payment_method":"ba_1","payment_method_options":{"us_bank_account":{"transaction_purpose":"services"}},"statement_descriptor":"ACME"}','{"at":1795532400,"available_cents":100000,"currency":"usd","current_cents":100000}','demo','192.0.2.1',1795532400,0,NULL,NULL,'{"action":"It is looked for again by itself; before you order another one, search Stripe for its id.","code":"unreachable","meaning":"It is not sent under another key, so that nobody is charged twice.","provider":"stripe","request_id":"req-lost","what":"It is not known whether Stripe took this debit."}',NULL,NULL,1795532400,1795532400);
INSERT INTO "debit" VALUES('debit_9ff75c4d012d4d41864dd39356da6088','ticket-sending-there','cust_97c1766b5f374093958a9596e855b3d3','acct_b70758d719aa495abdf18081dcf3686c',1000,'usd','services','sending-there','ACME','sending','key_894b0f7566ac4628a39245136b9f3f09','{"allowed_payment_method_types":["us_bank_account"],"amount":1000,"confirm":true,"currency":"usd","customer":"cus_1","description":"Invoice sending-there","metadata":{"ach_desk_debit":"debit_9ff75c4d012d4d41864dd39356da6088","invoice_reference":"sending-there"},"off_session":true,"payment_method":"ba_1","payment_method_options":{"us_bank_account":{"transaction_purpose":"services"}},"statement_descriptor":"ACME"}','{"at":1795532400,"available_cents":100000,"currency":"usd","current_cents":100000}','demo','192.0.2.1',1795532400,0,NULL,NULL,NULL,NULL,NULL,1795532400,1795532400);
INSERT INTO "debit" VALUES('debit_96662a4d0be64fa7ab4f1ae4e36abd35','ticket-sending-nowhere','cust_97c1766b5f374093958a9596e855b3d3','acct_b70758d719aa495abdf18081dcf3686c',1000,'usd','services','sending-nowhere','ACME','sending','key_cc981ddd82aa4f81b91555b71f85d173','{"allowed_payment_method_types":["us_bank_account"],"amount":1000,"confirm":true,"currency":"usd","customer":"cus_1","description":"Invoice sending-nowhere","metadata":{"ach_desk_debit":"debit_96662a4d0be64fa7ab4f1ae4e36abd35","invoice_reference":"sending-nowhere"},"off_session":true,"payment_method":"ba_1","payment_method_options":{"us_bank_account":{"transaction_purpose":"services"}},"statement_descriptor":"ACME"}','{"at":1795532400,"available_cents":100000,"currency":"usd","current_cents":100000}','demo','192.0.2.1',1795532400,0,NULL,NULL,NULL,NULL,NULL,1795532400,1795532400);
INSERT INTO "erased_stripe_customer" VALUES('cus_8','Erased 09c6ba8d');
INSERT INTO "erased_stripe_customer" VALUES('cus_9','Erased 12ebfa1a');
INSERT INTO "erasure" VALUES('cust_0de0a2dfb5da4a16bf4011ddde3a68d8','Erased 0de0a2df','demo',1795532400,'ordered',NULL,NULL,'{"action":"Give Plaid''s support the request id.","code":"unreachable","meaning":"","provider":"plaid","request_id":"req-lost","what":"No answer."}',1795532460,NULL,NULL);
INSERT INTO "erasure" VALUES('cust_09c6ba8d88704d37b843c41ef674c3b1','Erased 09c6ba8d','demo',1795532400,'done',1795532400,1795532400,NULL,0,NULL,NULL);
INSERT INTO "erasure" VALUES('cust_12ebfa1a3c2b4651be05183c4d752e12','Erased 12ebfa1a','demo',1795532400,'wiped',1795532400,NULL,NULL,1795532420,NULL,NULL);
INSERT INTO "item" VALUES('item_0b8f7e079d09451c9b37709be88629a0','plaid-item-1','cust_97c1766b5f374093958a9596e855b3d3','current','ins_1','First Platypus Bank','healthy',X'67414141414142724335484E696C6E55326970735059744379373679493537706F634759723155504455616E524A34513463426544686B576A7645784854756C6F456C523333436135735033334745544F714239736D4C7464777768616A717768394A6C61696F524658616241744938347633756132383D',1795532400,1795532400);
INSERT INTO "item" VALUES('item_a21c68467ff34781b5285c15ad590837','plaid-item-2','cust_80df04bb6a4e460abd6a86f3cbe141f6','current','ins_1','First Platypus Bank','removing',X'67414141414142724335484E362D366B457842456B362D3852312D414F57554246575852597A53724A6B77314F435577346E78784741484377732D79514746623857585A554C67304254426E475737435651385F5677595F4B62354157304F74683053336F724F66427233594D746E377142635933754D3D',1795532400,1795532400);
INSERT INTO "item" VALUES('item_ecaee6b8e1e24417bf2990a9e0231565','plaid-item-3','cust_c1af3382979c47a2b2a5d2ca017b5ab7','current','ins_1','First Platypus Bank','removed',NULL,1795532400,1795532400);
INSERT INTO "item" VALUES('item_5b6975976deb467281144aaaabf74876','plaid-item-4','cust_baf15d3ba5bf4a2bae1e19506ded6ed6','current','ins_1','First Platypus Bank','removing',X'67414141414142724335484E424B6467585F3237597A66417A687461504A366A325A5362516F34587433724655554F43656C6734346550785276597A576871375258674932716A4B6A3171644B325434353579433057596E386971455147414A474F797935676D646D6637476E636F67676D62547451673D',1795532400,1795532400);
INSERT INTO "item" VALUES('item_5aa1649362df4b73b1df247c92632916','plaid-item-5','cust_4ce7b16f58354179b06e6cf5e00ea09d','current','ins_1','First Platypus Bank','removing',X'67414141414142724335484E6D6B444A4477494337426B3846317551487964744476335970676B64337A4C5F48544B75794F4E2D5A705F734178356D39323135517A51377955697576666659676F75572D57596D6B4F4E5A61546C57543935766A45474F4C7345505076773048357A6F59314931536C633D',1795532400,1795532400);
INSERT INTO "item" VALUES('item_88f0d4b53cec421ab4fe33910f865694','plaid-item-6','cust_213e26cad50c4275afb8c354ace31df5','current','ins_1','First Platypus Bank','removed',NULL,1795532400,1795532400);
INSERT INTO "item" VALUES('item_67482ea5871845a0ad3580aba7c4f659','plaid-item-7','cust_0de0a2dfb5da4a16bf4011ddde3a68d8','current','ins_1','First Platypus Bank','removing',X'67414141414142724335484E4A4831744D304173517A39777878437778465258616C537072684E49623369796959767778524D4F694367575F385063504F6A4B386E58445564626141654F7159513764356F722D645A466C797A554E6251435F376E646434655A674635716F39625061326134766761773D',1795532400,1795532400);
INSERT INTO "item" VALUES('item_61b84b5435f14d90aa5d2960106ee12d','plaid-item-8','cust_09c6ba8d88704d37b843c41ef674c3b1','current','ins_1','First Platypus Bank','removed',NULL,1795532400,1795532400);
INSERT INTO "item" VALUES('item_c9bb2b0d0293462eaf2e70aea15b7bbf','plaid-item-9','cust_12ebfa1a3c2b4651be05183c4d752e12','current','ins_1','First Platypus Bank','removed',NULL,1795532400,1795532400);
INSERT INTO "item" VALUES('item_173bf7c95b6c4f6f8923cb09a1e46f12','plaid-item-10','cust_6fd2b4b7a108489fb565c95b2f87355f','current','ins_1','First Platypus Bank','healthy',X'67414141414142724335484E2D6C44787348515F5573416A41363351585046434F78444F385A2D345F69712D414C6430476D394F39316E785675615364624363496A486E5577673556704563695062574D4B7A555F5353497A763774427142427245674B6D375059504F69794B502D464D2D387446656B3D',1795532400,1795532400);
INSERT INTO "item" VALUES('item_00324a0936e94ce9926b12887f961d2b','plaid-item-11','cust_50b5b314f8974896b8372cec5dd26a06','current','ins_1','First Platypus Bank','healthy',X'67414141414142724335484F6165785979374E6F4650487A4E55525969676E2D6C30654E44307A4F47384431394A442D376236414662567145694E2D486A7658554F316465795239795042382D4F477774755A554D6A76384C78775A6E76686D594C76745253414437456B75397176617652494C5358324A49756651346277614F4D7875576F516553667038',1795532400,1795532400);
INSERT INTO "item" VALUES('item_7697801db28f420389b80d50b57fd28a','plaid-item-12','cust_443c14b0da98442dbda513b08dac9876','current','ins_1','First Platypus Bank','healthy',X'67414141414142724335484F5548474B43356C7A627A4E69494C6D374A526A62376B3441367771524D5833544252364E4F6D66314F67446E634A4C614D50327859724B306D5776314C51446459634B5A48512D52547764334B533331564344585756714E4637776D537744537A697A3474337753444355593773755F656D5559595933554E624D7056613977',1795532400,1795532400);
INSERT INTO "item" VALUES('item_0f4b7e2a53e84a8ba9541d4d300237b2','plaid-item-13','cust_0497c181413642e5994433bd523456e4','current','ins_1','First Platypus Bank','healthy',X'67414141414142724335484F41784C766237346E4151595873466475793753666449667061653174365F76704D374E526F6B58344336344A4649533963457A4F4451487134375971494A5A3741776E2D7A633338537A686D6A3039444154545F5666444E54336E767A5735417766474B4F317A5557694D3D',1795532400,1795532400);
INSERT INTO "item" VALUES('item_cc8f3def0df74a53916b557edc41bca4','plaid-item-14','cust_40b3533a279043c890f7d5bf3eaf6c4b','current','ins_1','First Platypus Bank','healthy',X'67414141414142724335484F4D432D4C6937654B30466C7A4E414F4E546264753950354E44394765684E4B732D4153685F4A736C673373766A656F46307337634F706A6A5A6C5645577076697A645533313131427434454864454449453177704D45312D6775546C6943516C6F5A7931664664327A574D3D',1795532400,1795532400);
INSERT INTO "item" VALUES('item_7e7913f35d604145a15650086e874d73','plaid-item-15','cust_b07051655e194a42bfc10eb7687abc79','current','ins_1','First Platypus Bank','revoked',X'67414141414142724335484F6E72525A375F557670777A54415A57496F79472D6E69695465774E6F376E5159344B4A3351664578305A5330557A34746D7433356D754F554B596334752D734F53383350454773776F544979734B69534855733348624E4A486E485270647871534968325F4A4B6F4752453D',1795532400,1795532520);
INSERT INTO "item_health" VALUES('item_0b8f7e079d09451c9b37709be88629a0',NULL,NULL,NULL,NULL,NULL,1795532400,0,NULL);
INSERT INTO "item_health" VALUES('item_a21c68467ff34781b5285c15ad590837',NULL,NULL,NULL,NULL,NULL,1795532400,0,NULL);
INSERT INTO "item_health" VALUES('item_ecaee6b8e1e24417bf2990a9e0231565',NULL,NULL,NULL,NULL,NULL,1795532400,0,NULL);
INSERT INTO "item_health" VALUES('item_5b6975976deb467281144aaaabf74876',NULL,NULL,NULL,NULL,NULL,1795532400,0,NULL);
INSERT INTO "item_health" VALUES('item_5aa1649362df4b73b1df247c92632916',NULL,NULL,NULL,NULL,NULL,1795532400,0,NULL);
INSERT INTO "item_health" VALUES('item_88f0d4b53cec421ab4fe33910f865694',NULL,NULL,NULL,NULL,NULL,1795532400,0,NULL);
INSERT INTO "item_health" VALUES('item_67482ea5871845a0ad3580aba7c4f659',NULL,NULL,NULL,NULL,NULL,1795532400,0,NULL);
INSERT INTO "item_health" VALUES('item_61b84b5435f14d90aa5d2960106ee12d',NULL,NULL,NULL,NULL,NULL,1795532400,0,NULL);
INSERT INTO "item_health" VALUES('item_c9bb2b0d0293462eaf2e70aea15b7bbf',NULL,NULL,NULL,NULL,NULL,1795532400,0,NULL);
INSERT INTO "item_health" VALUES('item_173bf7c95b6c4f6f8923cb09a1e46f12',NULL,NULL,NULL,NULL,NULL,1795532400,0,NULL);
INSERT INTO "item_health" VALUES('item_00324a0936e94ce9926b12887f961d2b',NULL,NULL,NULL,NULL,NULL,1795532400,0,NULL);
INSERT INTO "item_health" VALUES('item_7697801db28f420389b80d50b57fd28a',NULL,NULL,NULL,NULL,NULL,1795532400,0,NULL);
INSERT INTO "item_health" VALUES('item_0f4b7e2a53e84a8ba9541d4d300237b2',NULL,NULL,NULL,NULL,NULL,1795532400,0,NULL);
INSERT INTO "item_health" VALUES('item_cc8f3def0df74a53916b557edc41bca4',NULL,NULL,NULL,NULL,NULL,1795532400,0,NULL);
INSERT INTO "item_health" VALUES('item_7e7913f35d604145a15650086e874d73',NULL,NULL,NULL,NULL,NULL,1795532400,0,NULL);
INSERT INTO "item_removal" VALUES('item_a21c68467ff34781b5285c15ad590837','removed',NULL,'demo','192.0.2.1',1795532400,NULL,NULL,'{"action":"Give Plaid''s support the request id.","code":"unreachable","meaning":"","provider":"plaid","request_id":"req-lost","what":"No answer."}',1795532460,NULL,NULL);
INSERT INTO "item_removal" VALUES('item_ecaee6b8e1e24417bf2990a9e0231565','removed',NULL,'demo','192.0.2.1',1795532400,1795532400,NULL,'{"action":"Give Stripe''s support the request id.","code":"unreachable","meaning":"","provider":"stripe","request_id":"req-lost","what":"No answer."}',1795532460,NULL,NULL);
INSERT INTO "item_removal" VALUES('item_5b6975976deb467281144aaaabf74876','removed',NULL,'demo','192.0.2.1',1795532400,NULL,NULL,'{"action":"Give Plaid''s support the request id.","code":"NOT_ALLOWED","meaning":"","provider":"plaid","request_id":"req-no","what":"NOT_ALLOWED."}',1795536000,NULL,NULL);
INSERT INTO "item_removal" VALUES('item_5aa1649362df4b73b1df247c92632916','removed',NULL,'demo','192.0.2.1',1795532400,NULL,NULL,NULL,1795532400,NULL,NULL);
INSERT INTO "item_removal" VALUES('item_88f0d4b53cec421ab4fe33910f865694','removed',NULL,'demo','192.0.2.1',1795532400,1795532400,1795532400,NULL,1795532400,NULL,NULL);
INSERT INTO "item_removal" VALUES('item_67482ea5871845a0ad3580aba7c4f659','erased',NULL,'demo','192.0.2.1',1795532400,NULL,NULL,'{"action":"Give Plaid''s support the request id.","code":"unreachable","meaning":"","provider":"plaid","request_id":"req-lost","what":"No answer."}',1795532460,NULL,NULL);
INSERT INTO "item_removal" VALUES('item_61b84b5435f14d90aa5d2960106ee12d','erased',NULL,'demo','192.0.2.1',1795532400,1795532400,1795532400,NULL,1795532400,NULL,NULL);
INSERT INTO "item_removal" VALUES('item_c9bb2b0d0293462eaf2e70aea15b7bbf','erased',NULL,'demo','192.0.2.1',1795532400,1795532400,1795532400,NULL,1795532400,NULL,NULL);
INSERT INTO "kept_proof" VALUES('mnd_a1803cababc24f4ca27dfb9306607818','cust_09c6ba8d88704d37b843c41ef674c3b1',1858690800,X'67414141414142724335484E2D5156316A2D735F423142336D766D65515475346E33566F6459666B785564414577656F59456E6E2D4D304241624533656A4B505A5853646D3565636544714A3535566442365172466B5930726151372D6D37574A44787143794E714F7A7778514B417242367956596F5562634764597549445347683775394832526C484D34592D777764456D78446D54494F6F74556644654D55796D6566736763346359703867784663586D364F694C723866754C58687A7779674154496A46673035487A7A3652574E79426B696A6872435862626C67683339706C4C5371445A397171714E774B443951714C785A355A5A7265614971516544624A514B72534A4C75485065417048664C6930467246634E76714F4A6734433973795679724237554F725336437346494E305135757451624448794D717663414B722D6A666566766658796870584F2D564F304A657A51415571427545775530665F4F4857755945595F4F32716E2D5F4B5772396D4B3669717643684A7A2D356B50534A704F4C5846586255772D584F6C79746D41527744466A415A654947517A4E4C776A766F73474E4167493171324D735F4166396133377642654A4138707063757746424C744131707A506A6D5F746D34783270416E6A6E5464796E356D6731464546414A694D696E50793978707846766A786433624E6D486D524A68597850615A714D576A76786D6C706B674E4C72716C457039647463326A3950394C694672795F63416C7538656F4743636470446E4F43464F30587362314752786C334C54314F30527A2D7969495F5876324339625A685A78617A7541724B493553476C78314A6E6A6B64616C3372527A65732D62547671584C4E656A4D505845677637574A63547A386A596B67315A48535A6E773865435F374763614A2D724B41716C4F4D374F4755793733684B66795F4A395A596648762D46445F354B46376F324C4C6D754F4B694E39717A684537514473706E4D4A4F4F444B4D446975677148433834685732623536354774795742522D4B6539375577517042447A6B6D646C5043387467723444747A73597356743542667A4E39506368364175304B5258507174507438444C347A3465537369475F4452694E4C69473753516942584E316A654A387556496B3377794245753747584A5932636674456330424B516D38323361457552304D687A7A305859715663696568577078445A505075707A614C4E49637766684B516E41515A746D4B6E5174636C30495945316553637574686175626967414A677153394F53456766746E4D4B75584A66464F4C476343566F4831556754547131616E41345F7545436D6E495F466A5048715261796A715270786978375F4D69324251624636756E6A2D48304B7A4F77545A4C5A6D712D62584647685A6F4D34714D56335250565649536A4E564B396449596548567636315A3776797A6D5F534B5F424F2D67764444366A6D74396F6D6B6C6E4B4C386A58784E71726F506A435433535764486C72526B4564735751693070756B6871544E6556656D6643715254547345744A34465F46536C6E6B4A757331514B7545514F6E5673454C46677263754E6868564D7756357133685975777479496A564F38595230546567364C73664D7639585037305A5A4B47327A6945416D3164494D4A5749735A7968347943695063347054736839484C417547744F463061563271587547544E777449436B7075524973566D482D67324D4B76523173433677496A556D5642536D6F41505766524F63397932455533316A6B357A3256497830387376774A493279576276784D5349593854476E634968306E426744712D425A527651544C583539325138314948764B6E394B6142757177676A76643347366A576E6F454D55663071715A78546864377A444A4547486E5942454F364C354E71464D6568694A5174313039475158524451724A4C4B714F6E48744A316F67367873564D4830513355595A52426D434D4B744F7863704E737A7262586E6D595055594C593152397566326C4951514D55636C655F727934483657596C4633762D4C6E705A724230537876477275594F4E6839486868756531523573616D395F6B3533747A584F4377416B356C7633345A43766432642D61367957716176335634766B6F58756C5843394146594D434B425538454C597176457A435734664B7430545471534F3358435F47464D65585446566470755A58426854444E4D6455314164646A6845376B756E764469725465415A6874543164483038776E347949326274464257675351435F487369354F5259375F5850747856304D4B654A32386B636677486C4967514F5876356D6E68616739724355315231463375716A434F52586754426F3847524E42334374494A325161577453416F31656770646743485A3149697751425035494E6A49594C6655676B6C467737776E39446547664F74666F3650346B7A6F535F666B525571334D5A42476D');
INSERT INTO "kept_proof" VALUES('mnd_79ed009b3060450aa59fcc52ee577f25','cust_12ebfa1a3c2b4651be05183c4d752e12',1858690800,X'67414141414142724335484E69684270664E5F5F314E624B506649414A3150362D2D30794F3274636A4941656479397A44522D4D683145322D552D5135546F6D627051674170316B704B3842504537667453364651327648483762523735657450655F6A4241645A343678715544354E355F5A547264434A716E3666484557586B5658675539485064696754424F595F34636F66526331692D44673332424673455137315342532D6A5533454B6F516C706548526766484E77722D2D5A65394E344546464B45675A72722D414D664779523646413645636A6B545F6839324F355679564C687351786547555F5A626F73365458497945765F457133352D5F76754E344C4467335759465836735348354B6D436F3171793466435A70446E417A544B534B473036434539336335695857725062446A315849476D5175367367396B53504476566E31666C417169482D7257536830786F30687469596D754873785F5736476938384D496C4C655F4D33375748334B68476C7478794C6C384D662D7649426A343352575335695243486C38396938516F79754367466D576E473036356475584F3166736B593238526F57497149754542336D4A70564F4E3242334B5364466675463763572D6B74346A664B62647A7347366F5337743069487A396E464458546D5242646E5F694C2D42767748417459444D4C5541347839747058574C6C76554A7649366B7936396D6F45684439754E76636336475039547934357145694C6E7753314E6241696D4437414E444B74614B753763694351785153497156765F517176496B6C4E51574D776A7836502D4B767A495259636E654C73303668544A46546A785A49384333443433447139527479464833374743556447686C44795664787364773832796C3241444141366B303430594F38364C30774A4D41354E765376682D6B7633612D7762615A77416F4A58587634314E345562744232504F6D67586B757257386B685837496E46747465314F48496C382D436241625A73794C32715A59715F694F4176354A6744704F465A4563767932446C4B5234464B586832616B62344673786C71504A61303178434250466B497649723535366B3370306E61775031417A2D6E76586F7575434D466E585A36344C683676727370393739384443335A55555541474E514C653352753730616A47677A6D305166314F4C4E66394453625536304B4A3358372D526D52445F5155584651645A4361734E4D7666506B4838466264516239536750466262345F515F486459414366545650514C307A4548643653497552627A374B584653364F683654307A47496E7375307A3159646D5347356E5F67776E6A635F3735766630526548746E5559776D593035695654763359384E3537656B2D56386F3033596443527A724D30766B4671334D68414971774F73646633437561336F67437679347A56495254514471364E6E51637757467A334C667650734E5F613477666F59543267716B456F4655716C6E4342585F6A3462356256704246332D547333685F7831506E5A664F5F714A696577325858684535646C324D76416358716B7A6D70724B636231786E37745141666D3957426E535F5A6C34593239445735614F766B7947436531426A69464E68495A75723678534C5043353676592D77713842537A5A3966557132374D38354C77724F426F32654F4D77524B49504669775051656D6E6145776F6531686758686D6E76356F4F314A495A625337734B374C577547454359475569544D6F5A315846585A6653504A72306F3058634342657975617349554B3874673267795378495F6177316A576E623356584871516A36585265454458757A7130696E374144704B526B4D4B766778494E39564C302D49396E356C6341614974434B484C7347694366545A56656D7535594D7A6558566A4865665377426B483666564775536B63636A7877716753794F567064516B49647173686276464F577269364D6F63705A4A70316C3573373450735F544A5274645A6E36427743636D596E594A77494776714173374E3055495A484C48676B34374C786A4B65546561334F47464C61354E55784568614D6D327135392D426541374F48434C496A466A79474B5F2D5155323845513763422D5A6F7747765853726A744B76724A6C39645653344E6A5169727255663059685A474B737377745F4E74325369756C70536F355F55314231496E333248493263424156674C575248794A4F4E335452374432453763454461433254395578596C76396766303666475639444D48505431675A52487732577158516432397633574C6678534E6344544541336A5A6447386872766C58394D637274464F4237416B6344333454436C5776616272386F6666725564777943767267303270424E334D6762746A705F6E6579705A596E6A35786871456E675A4B353742544735793366636D384C4C796741592D50526A48314938714F58356E457A597865447375443977553235425152');
INSERT INTO "link_attempt" VALUES('link_cbe4c0d063a149b38fe69ff832e52997','cust_97c1766b5f374093958a9596e855b3d3','current','authorized','demo','192.0.2.1',NULL,X'67414141414142724335484D56663044496D6949776773316E685A70516E5161694152436831565F5335554541576E5F3764375873597535354A7071465A6B4C4D6F643171464F3043676C516B5A394B4F3737706B4C32717438612D654C5A726E773D3D',1795550400,'outcome-0001','session-1','ins_1','First Platypus Bank','[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}]','acc-1',NULL,'{"authorization":{"language":"en","text":"By continuing, Debits authorizes Acme Payments to debit the bank account chosen in the next step electronically (ACH) for amounts owed for Acme Payments''s goods or services, each for the amount agreed and on or after its due date, and, where a debit was made in error, to credit the account for its correction. Debits may vary in amount and frequency; Acme Payments announces the amount and date of each one. This authorization stays in force until Debits revokes it by telling Acme Payments, giving it a reasonable time, at least three business days, to act. Debits is an owner of the account or may authorize debits from it, and the transactions comply with US law.","version":"2026-11"},"received_at":1795532400}',NULL,NULL,0,1795532400,NULL,NULL,'key_7a7d62383cbd4e8f94ac511daa3431c5',1795532400,'key_fff624c01f244a43aba236dc896cf5bb','{"allowed_payment_method_types":["us_bank_account"],"confirm":true,"customer":"cus_1","mandate_data":{"customer_acceptance":{"accepted_at":1795532400,"type":"offline"}},"metadata":{"ach_desk_link":"link_cbe4c0d063a149b38fe69ff832e52997"},"payment_method":"ba_1"}',1795532400,NULL,'item_0b8f7e079d09451c9b37709be88629a0','acct_b70758d719aa495abdf18081dcf3686c',NULL,NULL,NULL,1795532400,1795532400,'link',NULL,NULL);
INSERT INTO "link_attempt" VALUES('link_8704c49e111e48eab179a03ef748fe82','cust_80df04bb6a4e460abd6a86f3cbe141f6','current','authorized','demo','192.0.2.1',NULL,X'67414141414142724335484E4F5A56705F4A734B7A46594161586A59626F67477558354A75663450667674395642565748516F6A3475456F76416A2D69435F4E5A6A7832342D4767594E53724C7768644E43555041754D5A346D694A4C44347849513D3D',1795550400,'outcome-0002','session-1','ins_1','First Platypus Bank','[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}]','acc-1',NULL,'{"authorization":{"language":"en","text":"By continuing, Removal-Plaid authorizes Acme Payments to debit the bank account chosen in the next step electronically (ACH) for amounts owed for Acme Payments''s goods or services, each for the amount agreed and on or after its due date, and, where a debit was made in error, to credit the account for its correction. Debits may vary in amount and frequency; Acme Payments announces the amount and date of each one. This authorization stays in force until Removal-Plaid revokes it by telling Acme Payments, giving it a reasonable time, at least three business days, to act. Removal-Plaid is an owner of the account or may authorize debits from it, and the transactions comply with US law.","version":"2026-11"},"received_at":1795532400}',NULL,NULL,0,1795532400,NULL,NULL,'key_cc3116b9b192465f96d8444f18cd83c9',1795532400,'key_4ebc48b0da944c45b11e4e5b0b2ad583','{"allowed_payment_method_types":["us_bank_account"],"confirm":true,"customer":"cus_2","mandate_data":{"customer_acceptance":{"accepted_at":1795532400,"type":"offline"}},"metadata":{"ach_desk_link":"link_8704c49e111e48eab179a03ef748fe82"},"payment_method":"ba_2"}',1795532400,NULL,'item_a21c68467ff34781b5285c15ad590837','acct_0368c259c5ba4644bda4ed3a19294b2a',NULL,NULL,NULL,1795532400,1795532400,'link',NULL,NULL);
INSERT INTO "link_attempt" VALUES('link_9c5068060bcd40c19727d3d32e260566','cust_c1af3382979c47a2b2a5d2ca017b5ab7','current','authorized','demo','192.0.2.1',NULL,NULL,1795550400,'outcome-0003','session-1','ins_1','First Platypus Bank','[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}]','acc-1',NULL,'{"authorization":{"language":"en","text":"By continuing, Removal-Stripe authorizes Acme Payments to debit the bank account chosen in the next step electronically (ACH) for amounts owed for Acme Payments''s goods or services, each for the amount agreed and on or after its due date, and, where a debit was made in error, to credit the account for its correction. Debits may vary in amount and frequency; Acme Payments announces the amount and date of each one. This authorization stays in force until Removal-Stripe revokes it by telling Acme Payments, giving it a reasonable time, at least three business days, to act. Removal-Stripe is an owner of the account or may authorize debits from it, and the transactions comply with US law.","version":"2026-11"},"received_at":1795532400}',NULL,NULL,0,1795532400,NULL,NULL,'key_005f3ef9d77047609f6ba255da994c61',1795532400,'key_ff39300d006041f1b6fb07b36e04bd2f','{"allowed_payment_method_types":["us_bank_account"],"confirm":true,"customer":"cus_3","mandate_data":{"customer_acceptance":{"accepted_at":1795532400,"type":"offline"}},"metadata":{"ach_desk_link":"link_9c5068060bcd40c19727d3d32e260566"},"payment_method":"ba_3"}',1795532400,NULL,'item_ecaee6b8e1e24417bf2990a9e0231565','acct_b8e0211216d8490b862e0b8119545120',NULL,NULL,NULL,1795532400,1795532400,'link',NULL,NULL);
INSERT INTO "link_attempt" VALUES('link_0389a234c8da4a3685e984a2622da049','cust_baf15d3ba5bf4a2bae1e19506ded6ed6','current','authorized','demo','192.0.2.1',NULL,X'67414141414142724335484E7534684C346D393038356E5048684C6D75374257574D6577596C58787975394659713856536E36394A6857656843446541376A5F4E774B774242436A624B594364486262567A78314C45374562392D355A42577956513D3D',1795550400,'outcome-0004','session-1','ins_1','First Platypus Bank','[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}]','acc-1',NULL,'{"authorization":{"language":"en","text":"By continuing, Removal-Refused authorizes Acme Payments to debit the bank account chosen in the next step electronically (ACH) for amounts owed for Acme Payments''s goods or services, each for the amount agreed and on or after its due date, and, where a debit was made in error, to credit the account for its correction. Debits may vary in amount and frequency; Acme Payments announces the amount and date of each one. This authorization stays in force until Removal-Refused revokes it by telling Acme Payments, giving it a reasonable time, at least three business days, to act. Removal-Refused is an owner of the account or may authorize debits from it, and the transactions comply with US law.","version":"2026-11"},"received_at":1795532400}',NULL,NULL,0,1795532400,NULL,NULL,'key_835ba51293fb41cd90d45a3fa8da3171',1795532400,'key_f801ad6d16d84541bca88af249a59011','{"allowed_payment_method_types":["us_bank_account"],"confirm":true,"customer":"cus_4","mandate_data":{"customer_acceptance":{"accepted_at":1795532400,"type":"offline"}},"metadata":{"ach_desk_link":"link_0389a234c8da4a3685e984a2622da049"},"payment_method":"ba_4"}',1795532400,NULL,'item_5b6975976deb467281144aaaabf74876','acct_7de030ad8dbe4504ab561eccb4f128cb',NULL,NULL,NULL,1795532400,1795532400,'link',NULL,NULL);
INSERT INTO "link_attempt" VALUES('link_fb2e8bb9b5334fc99442009608a5ff1e','cust_4ce7b16f58354179b06e6cf5e00ea09d','current','authorized','demo','192.0.2.1',NULL,X'67414141414142724335484E526E32785378576A72477839687A37656E6F7146474F68394F455046364663636767446275586831446A775776745038574F77724B4149787242436E5064443135704F366838706E7436324879662D6E3770477A5F413D3D',1795550400,'outcome-0005','session-1','ins_1','First Platypus Bank','[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}]','acc-1',NULL,'{"authorization":{"language":"en","text":"By continuing, Removal-Killed authorizes Acme Payments to debit the bank account chosen in the next step electronically (ACH) for amounts owed for Acme Payments''s goods or services, each for the amount agreed and on or after its due date, and, where a debit was made in error, to credit the account for its correction. Debits may vary in amount and frequency; Acme Payments announces the amount and date of each one. This authorization stays in force until Removal-Killed revokes it by telling Acme Payments, giving it a reasonable time, at least three business days, to act. Removal-Killed is an owner of the account or may authorize debits from it, and the transactions comply with US law.","version":"2026-11"},"received_at":1795532400}',NULL,NULL,0,1795532400,NULL,NULL,'key_229f5d794baa41518851fb3363b3ac40',1795532400,'key_ef461e2b44de4dcca062d2266a5debc8','{"allowed_payment_method_types":["us_bank_account"],"confirm":true,"customer":"cus_5","mandate_data":{"customer_acceptance":{"accepted_at":1795532400,"type":"offline"}},"metadata":{"ach_desk_link":"link_fb2e8bb9b5334fc99442009608a5ff1e"},"payment_method":"ba_5"}',1795532400,NULL,'item_5aa1649362df4b73b1df247c92632916','acct_3e265f5fd693495da16a0befd151cb4b',NULL,NULL,NULL,1795532400,1795532400,'link',NULL,NULL);
INSERT INTO "link_attempt" VALUES('link_de4098e5c0f842c8ab79a1499efc5759','cust_213e26cad50c4275afb8c354ace31df5','current','authorized','demo','192.0.2.1',NULL,NULL,1795550400,'outcome-0006','session-1','ins_1','First Platypus Bank','[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}]','acc-1',NULL,'{"authorization":{"language":"en","text":"By continuing, Removal-Done authorizes Acme Payments to debit the bank account chosen in the next step electronically (ACH) for amounts owed for Acme Payments''s goods or services, each for the amount agreed and on or after its due date, and, where a debit was made in error, to credit the account for its correction. Debits may vary in amount and frequency; Acme Payments announces the amount and date of each one. This authorization stays in force until Removal-Done revokes it by telling Acme Payments, giving it a reasonable time, at least three business days, to act. Removal-Done is an owner of the account or may authorize debits from it, and the transactions comply with US law.","version":"2026-11"},"received_at":1795532400}',NULL,NULL,0,1795532400,NULL,NULL,'key_c7e00fbc41624b6d84cbc885a57d6241',1795532400,'key_82eee9834e9d4998b7572dff143cf302','{"allowed_payment_method_types":["us_bank_account"],"confirm":true,"customer":"cus_6","mandate_data":{"customer_acceptance":{"accepted_at":1795532400,"type":"offline"}},"metadata":{"ach_desk_link":"link_de4098e5c0f842c8ab79a1499efc5759"},"payment_method":"ba_6"}',1795532400,NULL,'item_88f0d4b53cec421ab4fe33910f865694','acct_81eb083453c74386a8e4f140c20db9d1',NULL,NULL,NULL,1795532400,1795532400,'link',NULL,NULL);
INSERT INTO "link_attempt" VALUES('link_e0ceb7777f3b415bad8b043c8b3c28d5','cust_0de0a2dfb5da4a16bf4011ddde3a68d8','current','authorized','demo','192.0.2.1',NULL,X'67414141414142724335484E767A333742502D48747A7A50434E704631445831416F5A394C31784C7A3373674A424175524735507546313879792D3846786C7A5A33366149774E6F4B74596836484265612D50346A3876672D3631355772364E77673D3D',1795550400,'outcome-0007','session-1','ins_1','First Platypus Bank','[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}]','acc-1',NULL,'{"authorization":{"language":"en","text":"By continuing, Erasure-Ordered authorizes Acme Payments to debit the bank account chosen in the next step electronically (ACH) for amounts owed for Acme Payments''s goods or services, each for the amount agreed and on or after its due date, and, where a debit was made in error, to credit the account for its correction. Debits may vary in amount and frequency; Acme Payments announces the amount and date of each one. This authorization stays in force until Erasure-Ordered revokes it by telling Acme Payments, giving it a reasonable time, at least three business days, to act. Erasure-Ordered is an owner of the account or may authorize debits from it, and the transactions comply with US law.","version":"2026-11"},"received_at":1795532400}',NULL,NULL,0,1795532400,NULL,NULL,'key_c0734e53a22c4711b089cfdc4c8cbc37',1795532400,'key_91165a5f8ccb443bb18ba26f38c2141c','{"allowed_payment_method_types":["us_bank_account"],"confirm":true,"customer":"cus_7","mandate_data":{"customer_acceptance":{"accepted_at":1795532400,"type":"offline"}},"metadata":{"ach_desk_link":"link_e0ceb7777f3b415bad8b043c8b3c28d5"},"payment_method":"ba_7"}',1795532400,NULL,'item_67482ea5871845a0ad3580aba7c4f659','acct_153044a5b60e4f5c896fb2776a26c41b',NULL,NULL,NULL,1795532400,1795532400,'link',NULL,NULL);
INSERT INTO "link_attempt" VALUES('link_58179d599cde49ada6caa26ef08b5900','cust_09c6ba8d88704d37b843c41ef674c3b1','current','authorized','demo','192.0.2.1',NULL,NULL,1795550400,'outcome-0008',NULL,'ins_1','First Platypus Bank','[]','acc-1',NULL,'{}',NULL,NULL,0,1795532400,NULL,NULL,'key_d8edb7da726644e293de14b0dd81bfd3',1795532400,'key_320542b4ba0449208377b610814d539c',NULL,1795532400,NULL,'item_61b84b5435f14d90aa5d2960106ee12d','acct_95970ddd64bc44e494a3713fd99ac1fe',NULL,NULL,NULL,1795532400,1795532400,'link',NULL,NULL);
INSERT INTO "link_attempt" VALUES('link_1602a5d0d4bb48f38b969a97d329b8e1','cust_12ebfa1a3c2b4651be05183c4d752e12','current','authorized','demo','192.0.2.1',NULL,NULL,1795550400,'outcome-0009',NULL,'ins_1','First Platypus Bank','[]','acc-1',NULL,'{}',NULL,NULL,0,1795532400,NULL,NULL,'key_d94d04104781419393ab6b509506c6aa',1795532400,'key_ea131aa10e8f4ad19d162a3b5fe0e9c7',NULL,1795532400,NULL,'item_c9bb2b0d0293462eaf2e70aea15b7bbf','acct_bd6d17aa2b7845bb9a3126fe3d1eef79',NULL,NULL,NULL,1795532400,1795532400,'link',NULL,NULL);
INSERT INTO "link_attempt" VALUES('link_fa65f8a8a5ff430484fbb4ed81210143','cust_6fd2b4b7a108489fb565c95b2f87355f','current','authorized','demo','192.0.2.1',NULL,X'67414141414142724335484E5942707376356447353147525455726F374C4F4E306D5F454233303672584A61684876524F5141682D365F4A7371484475502D6D53696E6B2D773467644F786859664C55587237757333726476754878794B516241413D3D',1795550400,'outcome-0010','session-1','ins_1','First Platypus Bank','[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}]','acc-1',NULL,'{"authorization":{"language":"en","text":"By continuing, Rotation-Wanted authorizes Acme Payments to debit the bank account chosen in the next step electronically (ACH) for amounts owed for Acme Payments''s goods or services, each for the amount agreed and on or after its due date, and, where a debit was made in error, to credit the account for its correction. Debits may vary in amount and frequency; Acme Payments announces the amount and date of each one. This authorization stays in force until Rotation-Wanted revokes it by telling Acme Payments, giving it a reasonable time, at least three business days, to act. Rotation-Wanted is an owner of the account or may authorize debits from it, and the transactions comply with US law.","version":"2026-11"},"received_at":1795532400}',NULL,NULL,0,1795532400,NULL,NULL,'key_4f7f6d6882e74463952b8dc80f2d6ba4',1795532400,'key_ce7f594c9ba84d6aa8925eb45a8f3570','{"allowed_payment_method_types":["us_bank_account"],"confirm":true,"customer":"cus_10","mandate_data":{"customer_acceptance":{"accepted_at":1795532400,"type":"offline"}},"metadata":{"ach_desk_link":"link_fa65f8a8a5ff430484fbb4ed81210143"},"payment_method":"ba_10"}',1795532400,NULL,'item_173bf7c95b6c4f6f8923cb09a1e46f12','acct_06835792409245b6a27f0c3ecff6765a',NULL,NULL,NULL,1795532400,1795532400,'link',NULL,NULL);
INSERT INTO "link_attempt" VALUES('link_ae218f6ec38b4b98926fb60002d123e6','cust_50b5b314f8974896b8372cec5dd26a06','current','authorized','demo','192.0.2.1',NULL,X'67414141414142724335484F5F647969434D73595046556744334571785F36575378574C587332447038444444677246444A7073746342626871584B6635476F3064756E515930314B3979426276663851456C733438495F656B5251654B50684B673D3D',1795550400,'outcome-0011','session-1','ins_1','First Platypus Bank','[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}]','acc-1',NULL,'{"authorization":{"language":"en","text":"By continuing, Rotation-Sent-Alive authorizes Acme Payments to debit the bank account chosen in the next step electronically (ACH) for amounts owed for Acme Payments''s goods or services, each for the amount agreed and on or after its due date, and, where a debit was made in error, to credit the account for its correction. Debits may vary in amount and frequency; Acme Payments announces the amount and date of each one. This authorization stays in force until Rotation-Sent-Alive revokes it by telling Acme Payments, giving it a reasonable time, at least three business days, to act. Rotation-Sent-Alive is an owner of the account or may authorize debits from it, and the transactions comply with US law.","version":"2026-11"},"received_at":1795532400}',NULL,NULL,0,1795532400,NULL,NULL,'key_9a353ecec15144c28a10928db940e960',1795532400,'key_269c964bf4744f3489b90d49ab12968d','{"allowed_payment_method_types":["us_bank_account"],"confirm":true,"customer":"cus_11","mandate_data":{"customer_acceptance":{"accepted_at":1795532400,"type":"offline"}},"metadata":{"ach_desk_link":"link_ae218f6ec38b4b98926fb60002d123e6"},"payment_method":"ba_11"}',1795532400,NULL,'item_00324a0936e94ce9926b12887f961d2b','acct_55d85132f32f4e0fb5cf9670fd058096',NULL,NULL,NULL,1795532400,1795532400,'link',NULL,NULL);
INSERT INTO "link_attempt" VALUES('link_ba350e0b3579448792402e0767253c80','cust_443c14b0da98442dbda513b08dac9876','current','authorized','demo','192.0.2.1',NULL,X'67414141414142724335484F4432766D693477506B774A5137685F4D4A65713564345F6B507952754758766539436A356A416E356D683844645352347066656F5864674C717838796E504471746370446F614A465132517775335930574A757734413D3D',1795550400,'outcome-0012','session-1','ins_1','First Platypus Bank','[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}]','acc-1',NULL,'{"authorization":{"language":"en","text":"By continuing, Rotation-Sent-Dead authorizes Acme Payments to debit the bank account chosen in the next step electronically (ACH) for amounts owed for Acme Payments''s goods or services, each for the amount agreed and on or after its due date, and, where a debit was made in error, to credit the account for its correction. Debits may vary in amount and frequency; Acme Payments announces the amount and date of each one. This authorization stays in force until Rotation-Sent-Dead revokes it by telling Acme Payments, giving it a reasonable time, at least three business days, to act. Rotation-Sent-Dead is an owner of the account or may authorize debits from it, and the transactions comply with US law.","version":"2026-11"},"received_at":1795532400}',NULL,NULL,0,1795532400,NULL,NULL,'key_d8b68704f68e49e9a2749da721c5ada3',1795532400,'key_dc5913ef76bf405196b6f6ec8000a79c','{"allowed_payment_method_types":["us_bank_account"],"confirm":true,"customer":"cus_12","mandate_data":{"customer_acceptance":{"accepted_at":1795532400,"type":"offline"}},"metadata":{"ach_desk_link":"link_ba350e0b3579448792402e0767253c80"},"payment_method":"ba_12"}',1795532400,NULL,'item_7697801db28f420389b80d50b57fd28a','acct_4a6195d7183643ec8818bc487b40fa52',NULL,NULL,NULL,1795532400,1795532400,'link',NULL,NULL);
INSERT INTO "link_attempt" VALUES('link_1aefab66ce3b4431911d4f687a545a1c','cust_0497c181413642e5994433bd523456e4','current','authorized','demo','192.0.2.1',NULL,X'67414141414142724335484F6554553842587637464345754633746F4374366C3875564F6C44552D594A4D7661636C66474C4B415647686872714E56737052797A2D633768525663784375666A4244582D634F6434583671625F45586A6B57624B513D3D',1795550400,'outcome-0013','session-1','ins_1','First Platypus Bank','[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}]','acc-1',NULL,'{"authorization":{"language":"en","text":"By continuing, Rotation-Done authorizes Acme Payments to debit the bank account chosen in the next step electronically (ACH) for amounts owed for Acme Payments''s goods or services, each for the amount agreed and on or after its due date, and, where a debit was made in error, to credit the account for its correction. Debits may vary in amount and frequency; Acme Payments announces the amount and date of each one. This authorization stays in force until Rotation-Done revokes it by telling Acme Payments, giving it a reasonable time, at least three business days, to act. Rotation-Done is an owner of the account or may authorize debits from it, and the transactions comply with US law.","version":"2026-11"},"received_at":1795532400}',NULL,NULL,0,1795532400,NULL,NULL,'key_62b5ed4a8683424cbb187372379a303a',1795532400,'key_b77764c6f25d4063a4f96513e8311627','{"allowed_payment_method_types":["us_bank_account"],"confirm":true,"customer":"cus_13","mandate_data":{"customer_acceptance":{"accepted_at":1795532400,"type":"offline"}},"metadata":{"ach_desk_link":"link_1aefab66ce3b4431911d4f687a545a1c"},"payment_method":"ba_13"}',1795532400,NULL,'item_0f4b7e2a53e84a8ba9541d4d300237b2','acct_b04689571f474527bcaa7cbe2f46ace1',NULL,NULL,NULL,1795532400,1795532400,'link',NULL,NULL);
INSERT INTO "link_attempt" VALUES('link_5ba55ce1b811428791dfa72328a66420','cust_40b3533a279043c890f7d5bf3eaf6c4b','current','authorized','demo','192.0.2.1',NULL,X'67414141414142724335484F51533438635553624554696D396B6649424A786577685A4B61717678476A325A547442434D3447364C6B4B365132367164306B4A7053454B7878707848766958426F315A5970494546717653394670704D71434764513D3D',1795550400,'outcome-0014','session-1','ins_1','First Platypus Bank','[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}]','acc-1',NULL,'{"authorization":{"language":"en","text":"By continuing, Rotation-Refused authorizes Acme Payments to debit the bank account chosen in the next step electronically (ACH) for amounts owed for Acme Payments''s goods or services, each for the amount agreed and on or after its due date, and, where a debit was made in error, to credit the account for its correction. Debits may vary in amount and frequency; Acme Payments announces the amount and date of each one. This authorization stays in force until Rotation-Refused revokes it by telling Acme Payments, giving it a reasonable time, at least three business days, to act. Rotation-Refused is an owner of the account or may authorize debits from it, and the transactions comply with US law.","version":"2026-11"},"received_at":1795532400}',NULL,NULL,0,1795532400,NULL,NULL,'key_30a3741aa48e4c1e9f3392f84825bd98',1795532400,'key_a0696e47c85e4a6a8423468d5374c241','{"allowed_payment_method_types":["us_bank_account"],"confirm":true,"customer":"cus_14","mandate_data":{"customer_acceptance":{"accepted_at":1795532400,"type":"offline"}},"metadata":{"ach_desk_link":"link_5ba55ce1b811428791dfa72328a66420"},"payment_method":"ba_14"}',1795532400,NULL,'item_cc8f3def0df74a53916b557edc41bca4','acct_636487c0b55a4fa6860120cec83b1d23',NULL,NULL,NULL,1795532400,1795532400,'link',NULL,NULL);
INSERT INTO "link_attempt" VALUES('link_5eb75c01b1564e18bdd755c518d5be6b','cust_b07051655e194a42bfc10eb7687abc79','current','authorized','demo','192.0.2.1',NULL,X'67414141414142724335484F51453070343377374F7A4D2D4B77485744624161505A7365707765574F77664A32356A58496C5F4E64696A712D464C6A31774956444135445936327A525A4834516D766F3372396536343741794E5577644261364D513D3D',1795550400,'outcome-0015','session-1','ins_1','First Platypus Bank','[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}]','acc-1',NULL,'{"authorization":{"language":"en","text":"By continuing, Rotation-Lost authorizes Acme Payments to debit the bank account chosen in the next step electronically (ACH) for amounts owed for Acme Payments''s goods or services, each for the amount agreed and on or after its due date, and, where a debit was made in error, to credit the account for its correction. Debits may vary in amount and frequency; Acme Payments announces the amount and date of each one. This authorization stays in force until Rotation-Lost revokes it by telling Acme Payments, giving it a reasonable time, at least three business days, to act. Rotation-Lost is an owner of the account or may authorize debits from it, and the transactions comply with US law.","version":"2026-11"},"received_at":1795532400}',NULL,NULL,0,1795532400,NULL,NULL,'key_09fc36f87ef346429f8bc8cf107c20b1',1795532400,'key_255e727681b64540a7f98317b25b14eb','{"allowed_payment_method_types":["us_bank_account"],"confirm":true,"customer":"cus_15","mandate_data":{"customer_acceptance":{"accepted_at":1795532400,"type":"offline"}},"metadata":{"ach_desk_link":"link_5eb75c01b1564e18bdd755c518d5be6b"},"payment_method":"ba_15"}',1795532400,NULL,'item_7e7913f35d604145a15650086e874d73','acct_d5d2eefd3bf24b9ba0cb3c119fcbb968',NULL,NULL,NULL,1795532400,1795532400,'link',NULL,NULL);
INSERT INTO "link_outcome" VALUES('outcome-0001','link_cbe4c0d063a149b38fe69ff832e52997','success','c16e582fbf1e62899b549754bc8431879c29364741c1fcf1ee53ff3ac13179dd','{"error":null,"metadata":{"accounts":[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}],"institution":{"institution_id":"ins_1","name":"First Platypus Bank"},"link_session_id":"session-1"}}','[{"eventName":"OPEN"},{"eventName":"HANDOFF"}]',1795532400);
INSERT INTO "link_outcome" VALUES('outcome-0002','link_8704c49e111e48eab179a03ef748fe82','success','4842cad4e6a88216dc9c4d350d0f69d853cb066aaba715bb0e4af796d6dd7bbf','{"error":null,"metadata":{"accounts":[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}],"institution":{"institution_id":"ins_1","name":"First Platypus Bank"},"link_session_id":"session-1"}}','[{"eventName":"OPEN"},{"eventName":"HANDOFF"}]',1795532400);
INSERT INTO "link_outcome" VALUES('outcome-0003','link_9c5068060bcd40c19727d3d32e260566','success','628ed6f961bcb53342fb1c35ca8434431f124db8073f4bd34f69f39cbaa3c93f','{"error":null,"metadata":{"accounts":[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}],"institution":{"institution_id":"ins_1","name":"First Platypus Bank"},"link_session_id":"session-1"}}','[{"eventName":"OPEN"},{"eventName":"HANDOFF"}]',1795532400);
INSERT INTO "link_outcome" VALUES('outcome-0004','link_0389a234c8da4a3685e984a2622da049','success','c76a5743233b27fda4b3dfa34b5235bbc7a460b961add86032c2fd39ececca78','{"error":null,"metadata":{"accounts":[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}],"institution":{"institution_id":"ins_1","name":"First Platypus Bank"},"link_session_id":"session-1"}}','[{"eventName":"OPEN"},{"eventName":"HANDOFF"}]',1795532400);
INSERT INTO "link_outcome" VALUES('outcome-0005','link_fb2e8bb9b5334fc99442009608a5ff1e','success','89eda37404f864f7bce7eab09d807d6400481ba36498bb11bce75f43df0ecb89','{"error":null,"metadata":{"accounts":[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}],"institution":{"institution_id":"ins_1","name":"First Platypus Bank"},"link_session_id":"session-1"}}','[{"eventName":"OPEN"},{"eventName":"HANDOFF"}]',1795532400);
INSERT INTO "link_outcome" VALUES('outcome-0006','link_de4098e5c0f842c8ab79a1499efc5759','success','c4774a59ddbd904ce15d681ab35085453fac517fda45844f7c392f7fdd277e50','{"error":null,"metadata":{"accounts":[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}],"institution":{"institution_id":"ins_1","name":"First Platypus Bank"},"link_session_id":"session-1"}}','[{"eventName":"OPEN"},{"eventName":"HANDOFF"}]',1795532400);
INSERT INTO "link_outcome" VALUES('outcome-0007','link_e0ceb7777f3b415bad8b043c8b3c28d5','success','56f2abc7a8d59792b083683e2dfb330d1644bc149cf61e4f314d59c162b424f5','{"error":null,"metadata":{"accounts":[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}],"institution":{"institution_id":"ins_1","name":"First Platypus Bank"},"link_session_id":"session-1"}}','[{"eventName":"OPEN"},{"eventName":"HANDOFF"}]',1795532400);
INSERT INTO "link_outcome" VALUES('outcome-0008','link_58179d599cde49ada6caa26ef08b5900','success','aec0cd1e77fb7a288eeb007ca79f0b61d004a56be9f0c1c15eba1a20c134db6d','{}','[]',1795532400);
INSERT INTO "link_outcome" VALUES('outcome-0009','link_1602a5d0d4bb48f38b969a97d329b8e1','success','c9ce1c5bece6702f31df40043056ba32a6301b4adefa75c2435241ec12853378','{}','[]',1795532400);
INSERT INTO "link_outcome" VALUES('outcome-0010','link_fa65f8a8a5ff430484fbb4ed81210143','success','927249b7a3ed402ab2b3f50a84bbab1395c625d812fd0d74415d3b8ba73a6362','{"error":null,"metadata":{"accounts":[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}],"institution":{"institution_id":"ins_1","name":"First Platypus Bank"},"link_session_id":"session-1"}}','[{"eventName":"OPEN"},{"eventName":"HANDOFF"}]',1795532400);
INSERT INTO "link_outcome" VALUES('outcome-0011','link_ae218f6ec38b4b98926fb60002d123e6','success','a0a8cf6f6a3d34f4e71fc95586605f7033f70779305f84a1059fc55b903e9749','{"error":null,"metadata":{"accounts":[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}],"institution":{"institution_id":"ins_1","name":"First Platypus Bank"},"link_session_id":"session-1"}}','[{"eventName":"OPEN"},{"eventName":"HANDOFF"}]',1795532400);
INSERT INTO "link_outcome" VALUES('outcome-0012','link_ba350e0b3579448792402e0767253c80','success','b97fc12ede13bc3d05ee1690a8a0f5e9c73bb1205080c3db212d4f589b280c52','{"error":null,"metadata":{"accounts":[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}],"institution":{"institution_id":"ins_1","name":"First Platypus Bank"},"link_session_id":"session-1"}}','[{"eventName":"OPEN"},{"eventName":"HANDOFF"}]',1795532400);
INSERT INTO "link_outcome" VALUES('outcome-0013','link_1aefab66ce3b4431911d4f687a545a1c','success','8009fb69dcfe70c1de454f54b40b417eacf436d7253ac3a6bc5a4974d55a9430','{"error":null,"metadata":{"accounts":[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}],"institution":{"institution_id":"ins_1","name":"First Platypus Bank"},"link_session_id":"session-1"}}','[{"eventName":"OPEN"},{"eventName":"HANDOFF"}]',1795532400);
INSERT INTO "link_outcome" VALUES('outcome-0014','link_5ba55ce1b811428791dfa72328a66420','success','7a06e05dde2d994633df66b76a00da3e09078f4b72e1e099437a64c82d780e1a','{"error":null,"metadata":{"accounts":[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}],"institution":{"institution_id":"ins_1","name":"First Platypus Bank"},"link_session_id":"session-1"}}','[{"eventName":"OPEN"},{"eventName":"HANDOFF"}]',1795532400);
INSERT INTO "link_outcome" VALUES('outcome-0015','link_5eb75c01b1564e18bdd755c518d5be6b','success','e84b8c72991210ba44f675455d6f56ed942659c2e0b86d877e94de8e60f07cb1','{"error":null,"metadata":{"accounts":[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}],"institution":{"institution_id":"ins_1","name":"First Platypus Bank"},"link_session_id":"session-1"}}','[{"eventName":"OPEN"},{"eventName":"HANDOFF"}]',1795532400);
INSERT INTO "mandate" VALUES('mnd_f2a8041399b84d8f8909104bfeaa454a','acct_b70758d719aa495abdf18081dcf3686c','cust_97c1766b5f374093958a9596e855b3d3','mandate_1','seti_1','active','offline',1795532400,'By continuing, Debits authorizes Acme Payments to debit the bank account chosen in the next step electronically (ACH) for amounts owed for Acme Payments''s goods or services, each for the amount agreed and on or after its due date, and, where a debit was made in error, to credit the account for its correction. Debits may vary in amount and frequency; Acme Payments announces the amount and date of each one. This authorization stays in force until Debits revokes it by telling Acme Payments, giving it a reasonable time, at least three business days, to act. Debits is an owner of the account or may authorize debits from it, and the transactions comply with US law.','2026-11','{"received_at":1795532400}','demo','192.0.2.1','session-1',1795532400);
INSERT INTO "mandate" VALUES('mnd_46bbeb1bb14d412a8f0bbed562b3a2b1','acct_0368c259c5ba4644bda4ed3a19294b2a','cust_80df04bb6a4e460abd6a86f3cbe141f6','mandate_2','seti_2','inactive','offline',1795532400,'By continuing, Removal-Plaid authorizes Acme Payments to debit the bank account chosen in the next step electronically (ACH) for amounts owed for Acme Payments''s goods or services, each for the amount agreed and on or after its due date, and, where a debit was made in error, to credit the account for its correction. Debits may vary in amount and frequency; Acme Payments announces the amount and date of each one. This authorization stays in force until Removal-Plaid revokes it by telling Acme Payments, giving it a reasonable time, at least three business days, to act. Removal-Plaid is an owner of the account or may authorize debits from it, and the transactions comply with US law.','2026-11','{"received_at":1795532400}','demo','192.0.2.1','session-1',1795532400);
INSERT INTO "mandate" VALUES('mnd_27a74143131c4fe6876b6b3de2abd89b','acct_b8e0211216d8490b862e0b8119545120','cust_c1af3382979c47a2b2a5d2ca017b5ab7','mandate_3','seti_3','inactive','offline',1795532400,'By continuing, Removal-Stripe authorizes Acme Payments to debit the bank account chosen in the next step electronically (ACH) for amounts owed for Acme Payments''s goods or services, each for the amount agreed and on or after its due date, and, where a debit was made in error, to credit the account for its correction. Debits may vary in amount and frequency; Acme Payments announces the amount and date of each one. This authorization stays in force until Removal-Stripe revokes it by telling Acme Payments, giving it a reasonable time, at least three business days, to act. Removal-Stripe is an owner of the account or may authorize debits from it, and the transactions comply with US law.','2026-11','{"received_at":1795532400}','demo','192.0.2.1','session-1',1795532400);
INSERT INTO "mandate" VALUES('mnd_755bd12543f14d47a1e367e98dc5f19c','acct_7de030ad8dbe4504ab561eccb4f128cb','cust_baf15d3ba5bf4a2bae1e19506ded6ed6','mandate_4','seti_4','inactive','offline',1795532400,'By continuing, Removal-Refused authorizes Acme Payments to debit the bank account chosen in the next step electronically (ACH) for amounts owed for Acme Payments''s goods or services, each for the amount agreed and on or after its due date, and, where a debit was made in error, to credit the account for its correction. Debits may vary in amount and frequency; Acme Payments announces the amount and date of each one. This authorization stays in force until Removal-Refused revokes it by telling Acme Payments, giving it a reasonable time, at least three business days, to act. Removal-Refused is an owner of the account or may authorize debits from it, and the transactions comply with US law.','2026-11','{"received_at":1795532400}','demo','192.0.2.1','session-1',1795532400);
INSERT INTO "mandate" VALUES('mnd_0a329fcac1a7410f8b7122f9c9a8d339','acct_3e265f5fd693495da16a0befd151cb4b','cust_4ce7b16f58354179b06e6cf5e00ea09d','mandate_5','seti_5','inactive','offline',1795532400,'By continuing, Removal-Killed authorizes Acme Payments to debit the bank account chosen in the next step electronically (ACH) for amounts owed for Acme Payments''s goods or services, each for the amount agreed and on or after its due date, and, where a debit was made in error, to credit the account for its correction. Debits may vary in amount and frequency; Acme Payments announces the amount and date of each one. This authorization stays in force until Removal-Killed revokes it by telling Acme Payments, giving it a reasonable time, at least three business days, to act. Removal-Killed is an owner of the account or may authorize debits from it, and the transactions comply with US law.','2026-11','{"received_at":1795532400}','demo','192.0.2.1','session-1',1795532400);
INSERT INTO "mandate" VALUES('mnd_9dc58d7bfcb843bc9451476341130c88','acct_81eb083453c74386a8e4f140c20db9d1','cust_213e26cad50c4275afb8c354ace31df5','mandate_6','seti_6','inactive','offline',1795532400,'By continuing, Removal-Done authorizes Acme Payments to debit the bank account chosen in the next step electronically (ACH) for amounts owed for Acme Payments''s goods or services, each for the amount agreed and on or after its due date, and, where a debit was made in error, to credit the account for its correction. Debits may vary in amount and frequency; Acme Payments announces the amount and date of each one. This authorization stays in force until Removal-Done revokes it by telling Acme Payments, giving it a reasonable time, at least three business days, to act. Removal-Done is an owner of the account or may authorize debits from it, and the transactions comply with US law.','2026-11','{"received_at":1795532400}','demo','192.0.2.1','session-1',1795532400);
INSERT INTO "mandate" VALUES('mnd_97f66b08429c44f4b4438a103fb65e9e','acct_153044a5b60e4f5c896fb2776a26c41b','cust_0de0a2dfb5da4a16bf4011ddde3a68d8','mandate_7','seti_7','inactive','offline',1795532400,'By continuing, Erasure-Ordered authorizes Acme Payments to debit the bank account chosen in the next step electronically (ACH) for amounts owed for Acme Payments''s goods or services, each for the amount agreed and on or after its due date, and, where a debit was made in error, to credit the account for its correction. Debits may vary in amount and frequency; Acme Payments announces the amount and date of each one. This authorization stays in force until Erasure-Ordered revokes it by telling Acme Payments, giving it a reasonable time, at least three business days, to act. Erasure-Ordered is an owner of the account or may authorize debits from it, and the transactions comply with US law.','2026-11','{"received_at":1795532400}','demo','192.0.2.1','session-1',1795532400);
INSERT INTO "mandate" VALUES('mnd_a1803cababc24f4ca27dfb9306607818','acct_95970ddd64bc44e494a3713fd99ac1fe','cust_09c6ba8d88704d37b843c41ef674c3b1','mandate_8','seti_8','inactive','offline',1795532400,'','2026-11','{}','demo','192.0.2.1',NULL,1795532400);
INSERT INTO "mandate" VALUES('mnd_79ed009b3060450aa59fcc52ee577f25','acct_bd6d17aa2b7845bb9a3126fe3d1eef79','cust_12ebfa1a3c2b4651be05183c4d752e12','mandate_9','seti_9','inactive','offline',1795532400,'','2026-11','{}','demo','192.0.2.1',NULL,1795532400);
INSERT INTO "mandate" VALUES('mnd_a7b71f553765414b949551606a5d800c','acct_06835792409245b6a27f0c3ecff6765a','cust_6fd2b4b7a108489fb565c95b2f87355f','mandate_10','seti_10','active','offline',1795532400,'By continuing, Rotation-Wanted authorizes Acme Payments to debit the bank account chosen in the next step electronically (ACH) for amounts owed for Acme Payments''s goods or services, each for the amount agreed and on or after its due date, and, where a debit was made in error, to credit the account for its correction. Debits may vary in amount and frequency; Acme Payments announces the amount and date of each one. This authorization stays in force until Rotation-Wanted revokes it by telling Acme Payments, giving it a reasonable time, at least three business days, to act. Rotation-Wanted is an owner of the account or may authorize debits from it, and the transactions comply with US law.','2026-11','{"received_at":1795532400}','demo','192.0.2.1','session-1',1795532400);
INSERT INTO "mandate" VALUES('mnd_c42e61c8aa984425a43a6a9faecb6f42','acct_55d85132f32f4e0fb5cf9670fd058096','cust_50b5b314f8974896b8372cec5dd26a06','mandate_11','seti_11','active','offline',1795532400,'By continuing, Rotation-Sent-Alive authorizes Acme Payments to debit the bank account chosen in the next step electronically (ACH) for amounts owed for Acme Payments''s goods or services, each for the amount agreed and on or after its due date, and, where a debit was made in error, to credit the account for its correction. Debits may vary in amount and frequency; Acme Payments announces the amount and date of each one. This authorization stays in force until Rotation-Sent-Alive revokes it by telling Acme Payments, giving it a reasonable time, at least three business days, to act. Rotation-Sent-Alive is an owner of the account or may authorize debits from it, and the transactions comply with US law.','2026-11','{"received_at":1795532400}','demo','192.0.2.1','session-1',1795532400);
INSERT INTO "mandate" VALUES('mnd_df44184d14fa48fca40e2defb5cabf39','acct_4a6195d7183643ec8818bc487b40fa52','cust_443c14b0da98442dbda513b08dac9876','mandate_12','seti_12','active','offline',1795532400,'By continuing, Rotation-Sent-Dead authorizes Acme Payments to debit the bank account chosen in the next step electronically (ACH) for amounts owed for Acme Payments''s goods or services, each for the amount agreed and on or after its due date, and, where a debit was made in error, to credit the account for its correction. Debits may vary in amount and frequency; Acme Payments announces the amount and date of each one. This authorization stays in force until Rotation-Sent-Dead revokes it by telling Acme Payments, giving it a reasonable time, at least three business days, to act. Rotation-Sent-Dead is an owner of the account or may authorize debits from it, and the transactions comply with US law.','2026-11','{"received_at":1795532400}','demo','192.0.2.1','session-1',1795532400);
INSERT INTO "mandate" VALUES('mnd_e30ff08ec9ae405c866e28725dc3bce4','acct_b04689571f474527bcaa7cbe2f46ace1','cust_0497c181413642e5994433bd523456e4','mandate_13','seti_13','active','offline',1795532400,'By continuing, Rotation-Done authorizes Acme Payments to debit the bank account chosen in the next step electronically (ACH) for amounts owed for Acme Payments''s goods or services, each for the amount agreed and on or after its due date, and, where a debit was made in error, to credit the account for its correction. Debits may vary in amount and frequency; Acme Payments announces the amount and date of each one. This authorization stays in force until Rotation-Done revokes it by telling Acme Payments, giving it a reasonable time, at least three business days, to act. Rotation-Done is an owner of the account or may authorize debits from it, and the transactions comply with US law.','2026-11','{"received_at":1795532400}','demo','192.0.2.1','session-1',1795532400);
INSERT INTO "mandate" VALUES('mnd_f2493f0e091e4fc0af104786bfa26ec2','acct_636487c0b55a4fa6860120cec83b1d23','cust_40b3533a279043c890f7d5bf3eaf6c4b','mandate_14','seti_14','active','offline',1795532400,'By continuing, Rotation-Refused authorizes Acme Payments to debit the bank account chosen in the next step electronically (ACH) for amounts owed for Acme Payments''s goods or services, each for the amount agreed and on or after its due date, and, where a debit was made in error, to credit the account for its correction. Debits may vary in amount and frequency; Acme Payments announces the amount and date of each one. This authorization stays in force until Rotation-Refused revokes it by telling Acme Payments, giving it a reasonable time, at least three business days, to act. Rotation-Refused is an owner of the account or may authorize debits from it, and the transactions comply with US law.','2026-11','{"received_at":1795532400}','demo','192.0.2.1','session-1',1795532400);
INSERT INTO "mandate" VALUES('mnd_7013edb24c73482c8188e41b3b128869','acct_d5d2eefd3bf24b9ba0cb3c119fcbb968','cust_b07051655e194a42bfc10eb7687abc79','mandate_15','seti_15','active','offline',1795532400,'By continuing, Rotation-Lost authorizes Acme Payments to debit the bank account chosen in the next step electronically (ACH) for amounts owed for Acme Payments''s goods or services, each for the amount agreed and on or after its due date, and, where a debit was made in error, to credit the account for its correction. Debits may vary in amount and frequency; Acme Payments announces the amount and date of each one. This authorization stays in force until Rotation-Lost revokes it by telling Acme Payments, giving it a reasonable time, at least three business days, to act. Rotation-Lost is an owner of the account or may authorize debits from it, and the transactions comply with US law.','2026-11','{"received_at":1795532400}','demo','192.0.2.1','session-1',1795532400);
INSERT INTO "mandate_revocation" VALUES('acct_0368c259c5ba4644bda4ed3a19294b2a','mandate_2','Closed','demo',1795532400);
INSERT INTO "mandate_revocation" VALUES('acct_b8e0211216d8490b862e0b8119545120','mandate_3','Closed','demo',1795532400);
INSERT INTO "mandate_revocation" VALUES('acct_7de030ad8dbe4504ab561eccb4f128cb','mandate_4','Closed','demo',1795532400);
INSERT INTO "mandate_revocation" VALUES('acct_3e265f5fd693495da16a0befd151cb4b','mandate_5','Closed','demo',1795532400);
INSERT INTO "mandate_revocation" VALUES('acct_81eb083453c74386a8e4f140c20db9d1','mandate_6','Closed','demo',1795532400);
INSERT INTO "mandate_revocation" VALUES('acct_153044a5b60e4f5c896fb2776a26c41b','mandate_7','The customer was erased.','demo',1795532400);
INSERT INTO "mandate_revocation" VALUES('acct_95970ddd64bc44e494a3713fd99ac1fe','mandate_8','erased','demo',1795532400);
INSERT INTO "mandate_revocation" VALUES('acct_bd6d17aa2b7845bb9a3126fe3d1eef79','mandate_9','erased','demo',1795532400);
INSERT INTO "plaid_call" VALUES('2026-11','balance',7);
INSERT INTO "stripe_customer" VALUES('cus_8',0,'Erased 09c6ba8d',NULL);
INSERT INTO "stripe_customer" VALUES('cus_9',0,'Erased 12ebfa1a',NULL);
INSERT INTO "token_rotation" VALUES('item_173bf7c95b6c4f6f8923cb09a1e46f12','wanted','demo','192.0.2.1',1795532400,NULL,NULL,0,NULL,NULL);
INSERT INTO "token_rotation" VALUES('item_00324a0936e94ce9926b12887f961d2b','sent','demo','192.0.2.1',1795532400,NULL,'{"action":"Give Plaid''s support the request id.","code":"unreachable","meaning":"","provider":"plaid","request_id":"req-lost","what":"No answer."}',1795532460,NULL,NULL);
INSERT INTO "token_rotation" VALUES('item_7697801db28f420389b80d50b57fd28a','sent','demo','192.0.2.1',1795532400,NULL,'{"action":"Give Plaid''s support the request id.","code":"unreachable","meaning":"","provider":"plaid","request_id":"req-lost","what":"No answer."}',1795532460,NULL,NULL);
INSERT INTO "token_rotation" VALUES('item_0f4b7e2a53e84a8ba9541d4d300237b2','done','demo','192.0.2.1',1795532400,1795532400,NULL,0,NULL,NULL);
INSERT INTO "token_rotation" VALUES('item_cc8f3def0df74a53916b557edc41bca4','refused','demo','192.0.2.1',1795532400,1795532400,'{"action":"Give Plaid''s support the request id.","code":"INTERNAL","meaning":"","provider":"plaid","request_id":"req-no","what":"INTERNAL."}',0,NULL,NULL);
INSERT INTO "token_rotation" VALUES('item_7e7913f35d604145a15650086e874d73','lost','demo','192.0.2.1',1795532400,1795532520,'{"action":"Link the bank again with the customer.","code":"token_lost","meaning":"Plaid had ended the old one by then, so its balance can no longer be asked for; nothing was charged.","provider":"","request_id":null,"what":"The new access token of this connection never arrived."}',0,NULL,NULL);
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE INDEX audit_subject ON audit(subject, seq);
CREATE TRIGGER audit_keeps BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
CREATE TRIGGER audit_stays BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
CREATE INDEX customer_email ON customer(email COLLATE NOCASE);
CREATE INDEX customer_stripe ON customer(stripe_customer_id);
CREATE INDEX customer_created ON customer(created_at);
CREATE INDEX item_customer ON item(customer_id);
CREATE INDEX bank_account_customer ON bank_account(customer_id, created_at);
CREATE INDEX bank_account_stripe ON bank_account(stripe_bank_account_id);
CREATE INDEX link_attempt_customer ON link_attempt(customer_id, created_at);
CREATE INDEX link_attempt_state ON link_attempt(state, updated_at);
CREATE INDEX link_attempt_created ON link_attempt(created_at);
CREATE INDEX link_outcome_attempt ON link_outcome(attempt_id, received_at);
CREATE INDEX mandate_account ON mandate(bank_account_id, created_at);
CREATE INDEX debit_account ON debit(bank_account_id, created_at);
CREATE INDEX debit_state ON debit(state, updated_at);
CREATE INDEX debit_charge ON debit(charge_id);
CREATE INDEX debit_created ON debit(created_at);
CREATE INDEX settlement_source ON settlement(source_id);
CREATE INDEX settlement_payout ON settlement(payout_id);
CREATE INDEX refund_charge ON refund(charge_id);
CREATE INDEX dispute_charge ON dispute(charge_id);
CREATE INDEX payment_created ON payment(created, seq);
CREATE INDEX payment_state ON payment(state, created, seq);
CREATE INDEX sync_event_created ON sync_event(created);
CREATE INDEX charge_intent ON charge(intent_id);
CREATE INDEX payment_amount ON payment(amount, seq, currency);
CREATE INDEX payment_customer ON payment(customer COLLATE NOCASE, seq);
CREATE INDEX payment_due ON payment(due, seq);
CREATE INDEX payment_of_customer ON payment(customer_id, created);
CREATE INDEX payment_reason ON payment(reason, created) WHERE reason IS NOT NULL;
CREATE INDEX payment_bank ON payment(bank, created, amount, currency);
CREATE INDEX payment_payout ON payment(payout_id) WHERE payout_id IS NOT NULL;
CREATE INDEX payment_intent ON payment(intent_id);
CREATE INDEX visit_person ON visit(person, started_at);
CREATE UNIQUE INDEX device_lock_held ON device_lock(device) WHERE released_at IS NULL;
CREATE INDEX mandate_revocation_account ON mandate_revocation(bank_account_id);
CREATE INDEX link_hosted_next ON link_hosted(state, next_at);
CREATE TRIGGER audit_counts AFTER INSERT ON audit BEGIN
      UPDATE audit_head SET seq = NEW.seq, digest = NEW.digest;
    END;
CREATE TRIGGER audit_head_goes_on BEFORE UPDATE ON audit_head WHEN NEW.seq <= OLD.seq BEGIN
      SELECT RAISE(ABORT, 'the audit trail is append-only');
    END;
CREATE TRIGGER audit_head_stays BEFORE DELETE ON audit_head BEGIN
      SELECT RAISE(ABORT, 'the audit trail is append-only');
    END;
CREATE INDEX audit_at ON audit(at);
CREATE INDEX audit_actor ON audit(actor COLLATE NOCASE, seq);
CREATE INDEX audit_action ON audit(action, seq);
CREATE INDEX erasure_open ON erasure(next_at) WHERE stage <> 'done';
CREATE INDEX kept_proof_until ON kept_proof(keep_until);
CREATE TRIGGER stripe_customer_comes_erased BEFORE INSERT ON stripe_customer
      WHEN EXISTS (SELECT 1 FROM erased_stripe_customer e WHERE e.id = NEW.id
        AND (NEW.name IS NOT e.pseudonym OR NEW.email IS NOT NULL))
      BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER stripe_customer_stays_erased BEFORE UPDATE ON stripe_customer
      WHEN EXISTS (SELECT 1 FROM erased_stripe_customer e WHERE e.id = NEW.id
        AND (NEW.name IS NOT e.pseudonym OR NEW.email IS NOT NULL))
      BEGIN SELECT RAISE(IGNORE); END;
CREATE INDEX customer_merged ON customer(merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX customer_name ON customer(name COLLATE NOCASE);
CREATE INDEX customer_note_of ON customer_note(customer_id, created_at);
CREATE INDEX item_removal_next ON item_removal(next_at) WHERE done_at IS NULL;
CREATE INDEX bank_account_item ON bank_account(item_id);
CREATE INDEX link_attempt_item ON link_attempt(item_id) WHERE item_id IS NOT NULL;
CREATE INDEX link_attempt_renewal ON link_attempt(bank_account_id) WHERE kind = 'renewal';
CREATE INDEX link_attempt_replaces ON link_attempt(replaces) WHERE replaces IS NOT NULL;
CREATE INDEX bank_account_fingerprint ON bank_account(fingerprint) WHERE fingerprint IS NOT NULL;
CREATE INDEX bank_account_persistent ON bank_account(persistent_id) WHERE persistent_id IS NOT NULL;
CREATE INDEX item_health_next ON item_health(next_at);
CREATE INDEX bank_transaction_day ON bank_transaction(item_id, account_id, day);
CREATE INDEX bank_balance_customer ON bank_balance(customer_id);
CREATE INDEX bank_holder_customer ON bank_holder(customer_id);
CREATE INDEX bank_transaction_customer ON bank_transaction(customer_id);
CREATE INDEX webhook_event_open ON webhook_event(provider, received_at) WHERE done_at IS NULL;
COMMIT;
