-- Made by the first version's code with the test key MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=.
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
INSERT INTO "_sqlite_migrations" VALUES (1, 'core', 'core_001_tables', '2026-11-29 02:04:47.323777+00:00');
INSERT INTO "_sqlite_migrations" VALUES (2, 'payments', 'payments_001_tables', '2026-11-29 02:04:47.326095+00:00');
INSERT INTO "_sqlite_migrations" VALUES (3, 'people', 'people_001_visits_and_pins', '2026-11-29 02:04:47.326784+00:00');
INSERT INTO "_sqlite_migrations" VALUES (4, 'handover', 'handover_001_tables', '2026-11-29 02:04:47.331232+00:00');
INSERT INTO "_sqlite_migrations" VALUES (5, 'finance', 'finance_001_saved_views', '2026-11-29 02:04:47.331852+00:00');
INSERT INTO "_sqlite_migrations" VALUES (6, 'keeping', 'keeping_001_trail', '2026-11-29 02:04:47.332683+00:00');
INSERT INTO "_sqlite_migrations" VALUES (7, 'keeping', 'keeping_002_customer_keys', '2026-11-29 02:04:47.332873+00:00');
INSERT INTO "_sqlite_migrations" VALUES (8, 'keeping', 'keeping_003_erasures', '2026-11-29 02:04:47.334039+00:00');
INSERT INTO "_sqlite_migrations" VALUES (9, 'keeping', 'keeping_004_token_rotations', '2026-11-29 02:04:47.334292+00:00');
INSERT INTO "_sqlite_migrations" VALUES (10, 'customers', 'customers_001_notes_and_merges', '2026-11-29 02:04:47.338794+00:00');
INSERT INTO "_sqlite_migrations" VALUES (11, 'customers', 'customers_002_set_aside', '2026-11-29 02:04:47.339026+00:00');
INSERT INTO "_sqlite_migrations" VALUES (12, 'health', 'health_001_removals', '2026-11-29 02:04:47.353009+00:00');
INSERT INTO "_sqlite_migrations" VALUES (13, 'health', 'health_002_repair', '2026-11-29 02:04:47.363055+00:00');
INSERT INTO "_sqlite_migrations" VALUES (14, 'bank', 'bank_001_tables', '2026-11-29 02:04:47.364405+00:00');
INSERT INTO "_sqlite_migrations" VALUES (15, 'webhooks', 'webhooks_001_events', '2026-11-29 02:04:47.365888+00:00');
INSERT INTO "audit" VALUES (1, 1795532400, 'demo', '192.0.2.1', 'customer.added', 'cust_192dcc287bf04e9db66decb1f2c635bb', '{"private": "gAAAAABrC4g_oDztbMeNaJlyPXErxvXmnIvgzd8EwAPUldojEOnfw5OoVsI-R255zzCghbu-55UsKNTH4TWaIGWvkb7qx8-OqDSonVqah0SaxdMEfM1pD6SYmGWmwxbw4UKnSWIpC-idqQVgn7McnCldcy1ua8tEO2u5ZUW18Qh0VIIIdshgLLjkUzvuXTSa3Ws-BXT5tLTcYKi-01GjKXun0q2CjgeDpw=="}', 'b38b773304b481c9930cc0843ab730d44ea83ab1064604b07e6b028ee0f03d1c');
INSERT INTO "audit" VALUES (2, 1795532400, 'demo', '192.0.2.1', 'customer.added', 'cust_66b0f260800447769a8334b99093204c', '{"private": "gAAAAABrC4g_3Fgf18BgnM409eeog5rdz_8q-mDGCi_HAJ2-6M3AYtjXFmD3fETV9bEWanSTCF_d1xDGvY_A4ByYLZcLkFm2REWHwxsO8etIUHMJ--4w7JteTYj03KZWtiVic59QtZTTLx01aU3Ni9keUg2SETOEY35Am_vtu87WBPiWWm78GZUsI0AXSD4f1JKwqNsCc2aHW_Y91ftAOVVgxdysTtDvsw=="}', 'bcdb23e95544145ce8eb941eb9de6bfbc832f9ada9ccc91aaea8bfe3bec2da8d');
INSERT INTO "audit" VALUES (3, 1795532400, 'demo', '192.0.2.1', 'link.opened', 'link_aec0c8ca6df7495c81e08903eb54cc9a', '{"customer": "cust_66b0f260800447769a8334b99093204c", "hint": null}', '4023ba20f111040b69021f8582cc5450700ca91b28e7b7b4399a4661e5f0838a');
INSERT INTO "audit" VALUES (4, 1795532400, 'demo', '192.0.2.1', 'customer.added', 'cust_3c8033c4aca54aabb3b90f7e7d025df8', '{"private": "gAAAAABrC4g_41_zhywmnlYA0076qPULFiCovb9DCiFTJI7aABzHcsR6XNGhQkBBIweu0oeoqxoUi6bQz0TF3wbdAiKP2-bAr9pky6NaclBV1Vz3xisdOmiFCmo3DxlWHe0qB7IxZxRkLcpm6vgx726p8qiRAmUmHrCCVFTJqlYB1RMwQzn6Ehr_BGTbxFO1rWzh5qs58K5H0PA1Q_3Dyq57OTiWr1OfOg=="}', '1e4590b40218142563af0787e59bd81ad1152490f2319cc30fb4cdf0d7039fe3');
INSERT INTO "audit" VALUES (5, 1795532400, 'demo', '192.0.2.1', 'link.opened', 'link_a6f7525ecafa45ba9aa10e949ae88d29', '{"customer": "cust_3c8033c4aca54aabb3b90f7e7d025df8", "hint": null}', 'bb31454054a734d3fb0b68de27e54b23fc1d21b9a7a7abba5c6df549c3f89556');
INSERT INTO "audit" VALUES (6, 1795532400, 'demo', '192.0.2.1', 'link.exit', 'link_a6f7525ecafa45ba9aa10e949ae88d29', '{"accounts": 0, "institution": null, "link_session_id": null, "outcome": "outcome-exit"}', '7882c9e0899c967b35c49129d027d608e406fdcc544f78d2331fee964ff9d0e7');
INSERT INTO "audit" VALUES (7, 1795532400, 'demo', '192.0.2.1', 'customer.added', 'cust_8b00cba644064aa19d95f0359f095264', '{"private": "gAAAAABrC4g_tuYK6DF9MZx6K81skntX0EWQaBSwITXDj9LjAGukia5l1IgsOVBeovkQ_KpTMq_b2wkwy_be4GolgOPeOxDhjcpoj--qZHmqKzGi3XXymcdlSYunP7sFh_0oP6YehV-3W4otrV7sVPKAU61orUqdEYH4KrDeWXF43Q1LG9iFfx-AQNiW16QlOWbjrIF9_1q9iXeUMOfRn8AoZgtVwTZPIw=="}', '745a60eeac947a4e3e98c904751b538defa4c039a422a49093b7629db76aa73a');
INSERT INTO "audit" VALUES (8, 1795532400, 'demo', '192.0.2.1', 'link.opened', 'link_e5392e7da85d48daa5b388b61594b29d', '{"customer": "cust_8b00cba644064aa19d95f0359f095264", "hint": null}', '70a4a564eebe16a02163c89b41fb93f2bb40b468bf0f0d0c6769ce10facca62f');
INSERT INTO "audit" VALUES (9, 1795532400, 'demo', '192.0.2.1', 'link.success', 'link_e5392e7da85d48daa5b388b61594b29d', '{"accounts": 2, "institution": "ins_1", "link_session_id": "session-1", "outcome": "outcome-0001"}', '6406e7b1d29e87e97118a6f0b4e399054473eb071aba52788743b216702465f2');
INSERT INTO "audit" VALUES (10, 1795532400, 'demo', '192.0.2.1', 'customer.added', 'cust_e31455710418408e80e885b51ea98111', '{"private": "gAAAAABrC4g_UvUC-Q1c9b0tS1psrOP4EhZFK1o9AdAAavhsZM-U9S5UKXfqCAksMxiDNNzQYpVYXBYaAWRrtausIdlcYqnhTAnYXtqSvRT9ZwZByv3isjv-poDv6Qu3fV8GfMYtmr-bTHZWm7N4_pd4sLyJwpLBRt7uwXsvwGuTPtKYLeD6g8_S9t7OH57YOa-6AVnvd1cBvtXN0uHDqZUejqerRda-Gg=="}', '698f600439205d4892147176f5bbf9c100de86545ef272c58b0585f129f86e8a');
INSERT INTO "audit" VALUES (11, 1795532400, 'demo', '192.0.2.1', 'link.opened', 'link_ab1eb25b293e4947826517c309ac2138', '{"customer": "cust_e31455710418408e80e885b51ea98111", "hint": null}', '3acf21a5320f975d76b60123a14a4ced9101f62203e390415f4915619da00164');
INSERT INTO "audit" VALUES (12, 1795532400, 'demo', '192.0.2.1', 'link.success', 'link_ab1eb25b293e4947826517c309ac2138', '{"accounts": 0, "institution": "ins_1", "link_session_id": null, "outcome": "outcome-0002"}', 'f68383b794e8d89be43600dca24e206472cc4830ad52de6dca4397ced1341266');
INSERT INTO "audit" VALUES (13, 1795532400, 'demo', '192.0.2.1', 'link.exchange_started', 'link_ab1eb25b293e4947826517c309ac2138', '{"customer": "cust_e31455710418408e80e885b51ea98111"}', 'a3eb185974616f0de312e99cbd68131187a0445768396edf23a4ee27e35f1e52');
INSERT INTO "audit" VALUES (14, 1795532400, 'demo', '192.0.2.1', 'link.exchanged', 'link_ab1eb25b293e4947826517c309ac2138', '{"customer": "cust_e31455710418408e80e885b51ea98111", "item": "item_66d7aafe8fbc4f79ba31999bbbdd2bd1", "plaid_item": "plaid-item-1", "request_id": "req-x"}', '9f223f78696a7c7e35c0b556b78ca40cb240804726790c641bdab2137e813bfa');
INSERT INTO "audit" VALUES (15, 1795532400, 'demo', '192.0.2.1', 'link.accounts_read', 'link_ab1eb25b293e4947826517c309ac2138', '{"accounts": 2, "customer": "cust_e31455710418408e80e885b51ea98111"}', '3ba7ded4fac63f459206a6c131805a97fe23bf421c758607d9f32d5bb67a3d7f');
INSERT INTO "audit" VALUES (16, 1795532400, 'demo', '192.0.2.1', 'customer.added', 'cust_52fd5bee44554186bbb5a694b69139ea', '{"private": "gAAAAABrC4g_NGKC8Prxu1onq7jCMvrjMf3wLTaP4JOudX_ab2um0VHIR4cj4DGjEzmrfAUTCU9-iLPNAI46y48tqpO1MGCt_SKoqcvnP2wSRq77r8_YQ1RiaJKwWY9TQ9Ze_SlHnrwTe8i7jEQ1oqS4yqwufR9CwaBpZmt5YZN_2qpR7aJrHvsWySGU3QyiEaCe7Skr-Y-pM-aIRC6GvOkPyk2JWSvYhA=="}', 'fbb4b673006efa0619e785d6e74b1eceaee21b23e82a0c5c657461d15da05c3d');
INSERT INTO "audit" VALUES (17, 1795532400, 'demo', '192.0.2.1', 'link.opened', 'link_c631be8b912146b2b076965433fd3d4b', '{"customer": "cust_52fd5bee44554186bbb5a694b69139ea", "hint": null}', 'e12a11e0b211c1baf56f61849e84ffe2671d41e140ba76ca850c67b27460d10f');
INSERT INTO "audit" VALUES (18, 1795532400, 'demo', '192.0.2.1', 'link.success', 'link_c631be8b912146b2b076965433fd3d4b', '{"accounts": 1, "institution": "ins_1", "link_session_id": "session-1", "outcome": "outcome-0003"}', 'ef1c9b278f257eec09991fd27d631702d8d0efd1c2ce3a3c046d1204e9eba63a');
INSERT INTO "audit" VALUES (19, 1795532400, 'demo', '192.0.2.1', 'link.exchange_started', 'link_c631be8b912146b2b076965433fd3d4b', '{"customer": "cust_52fd5bee44554186bbb5a694b69139ea"}', '637b2d8f64e4e55379d69f83bca9fd4af09ff9a6813de6ad804206c2d35b7265');
INSERT INTO "audit" VALUES (20, 1795532400, 'demo', '192.0.2.1', 'link.stopped', 'link_c631be8b912146b2b076965433fd3d4b', '{"code": "RATE_LIMIT", "customer": "cust_52fd5bee44554186bbb5a694b69139ea", "problem": "Plaid asks for fewer requests.", "request_id": null, "step": "received"}', '8648ae9045df9fb03b9a5f2dabaf76c3d22ea1adaebb88c84c360a551b92d7b1');
INSERT INTO "audit" VALUES (21, 1795532400, 'demo', '192.0.2.1', 'customer.added', 'cust_07f86ed3f722460693274de49d0fcd0f', '{"private": "gAAAAABrC4g__nLIPm-rC2Kgw_P3zYMXi-qUysxgEVXElV2z9ZprXWXB7anbkGNuMgq7RkhJhawm8XjNE_T6UUsXGouLqgUq9OHPXXlqCYqmmXMbNs1UB6lQ6eZiwGUMihoLdVLi151JVIY7MxlbeXziT5Fhz6VTdjFGq31KZnhxnhMOwKQ34G2kMYZe4yrxaeCIB9cjRUa2N4L77MJ-xiZiXJC2kktCrg=="}', '2dd9e8dc99ba9951ac097f906e5e12dcb6bc62141729bb2da77e3d1b75c215fd');
INSERT INTO "audit" VALUES (22, 1795532400, 'demo', '192.0.2.1', 'link.opened', 'link_2cdc5ebab33e4898b800c1f83957e6ee', '{"customer": "cust_07f86ed3f722460693274de49d0fcd0f", "hint": null}', '1234bf6e5d62254eda490ea7b398434bd609949c286f91b43315a0973178607a');
INSERT INTO "audit" VALUES (23, 1795532400, 'demo', '192.0.2.1', 'link.success', 'link_2cdc5ebab33e4898b800c1f83957e6ee', '{"accounts": 1, "institution": "ins_1", "link_session_id": "session-1", "outcome": "outcome-0004"}', '4f253cb9f8e456ff8c94b2125fc3a3e063e03e07c087a67698a48436953e2a36');
INSERT INTO "audit" VALUES (24, 1795532400, 'demo', '192.0.2.1', 'link.exchange_started', 'link_2cdc5ebab33e4898b800c1f83957e6ee', '{"customer": "cust_07f86ed3f722460693274de49d0fcd0f"}', '6c40121b37c9c05c35dcc74fffbb4d6839a3a7e23ceae51b486878847a7482be');
INSERT INTO "audit" VALUES (25, 1795532400, 'demo', '192.0.2.1', 'link.stopped', 'link_2cdc5ebab33e4898b800c1f83957e6ee', '{"code": "unreachable", "customer": "cust_07f86ed3f722460693274de49d0fcd0f", "problem": "No answer.", "request_id": "req-lost", "step": "received"}', 'a655b7e257a73e026367da94de12f7d314a16c0e193653c6a9c1ae83a3225760');
INSERT INTO "audit" VALUES (26, 1795532400, 'demo', '192.0.2.1', 'customer.added', 'cust_1b1fd7ebdcc9459fb88467a58249f71c', '{"private": "gAAAAABrC4g_H0yaMZn4Gkc3oTp7NmKFc4nHpSqQZd0Qr6KlyVq-zZaPVgqQPna4CG3l1hX4GpI2_4vT1FiRgzxtoCUZLuApXB1PFZtw350aWZH1MK56OQvfWhlPSJVG0UMPNj5v6vwGyU4WgIVLTbd09KqGVGY6WphgGn1F9cGV2_anEXPpW2xgzImyrUSbp-DvE9XPfD8vgduEaiZYYFTt7-6QsJRwEA=="}', 'ca3254132548362e0a05bc0242cb3199ea51e97f6da21362fd17eda20ceb2a5d');
INSERT INTO "audit" VALUES (27, 1795532400, 'demo', '192.0.2.1', 'link.opened', 'link_bdb10df9e2494e279f2b6046b3f296a6', '{"customer": "cust_1b1fd7ebdcc9459fb88467a58249f71c", "hint": null}', 'bfe987196cfe967f60e747f911d796be40b4c8714ca1be42263fe1a466f180dc');
INSERT INTO "audit" VALUES (28, 1795532400, 'demo', '192.0.2.1', 'link.success', 'link_bdb10df9e2494e279f2b6046b3f296a6', '{"accounts": 1, "institution": "ins_1", "link_session_id": "session-1", "outcome": "outcome-0005"}', 'f31f1df390ac36fcb27c1f6abbc560dde843d470915b50c35211bf450e9c152d');
INSERT INTO "audit" VALUES (29, 1795532400, 'demo', '192.0.2.1', 'link.exchange_started', 'link_bdb10df9e2494e279f2b6046b3f296a6', '{"customer": "cust_1b1fd7ebdcc9459fb88467a58249f71c"}', 'd1c593b56b9b2ab1d70be71ada8202806ee626c6802ff7fe9d3d9f6830102ee3');
INSERT INTO "audit" VALUES (30, 1795532400, 'demo', '192.0.2.1', 'customer.added', 'cust_3c4da4d571e2494d95735e40e3534ae4', '{"private": "gAAAAABrC4g_p1cmdYOVnViZTRqj2EebB-tZw1BRQ-7szkrOCVGH05XKoFZePH9PkXTBlq6vAsa60nMbiBQhirec8MAaGzm6_7xwEL0hCPuAPOFvC6oHZvlYf3e4qiA6o6iBA1kHXahlDnZ76FYa5KI9_dsd0AH7wcP5ktn0OxHEEqE3gEqvbJQJNRWXz5EOR6FfGQH0suQalsTwq95rKwaRceKQJbqb8w=="}', 'ccffd14adca179f93e5cac4a29c5cd1ba88807350736c2e83fa1f1d19e0bdaf3');
INSERT INTO "audit" VALUES (31, 1795532400, 'demo', '192.0.2.1', 'link.opened', 'link_c7696a6c968d4a9c96f4e52dd13f7fef', '{"customer": "cust_3c4da4d571e2494d95735e40e3534ae4", "hint": null}', '349d29c814a6652b58fcd794a1e4017d22915fa29192ed316e58c2959db5bfe8');
INSERT INTO "audit" VALUES (32, 1795532400, 'demo', '192.0.2.1', 'link.success', 'link_c7696a6c968d4a9c96f4e52dd13f7fef', '{"accounts": 1, "institution": "ins_1", "link_session_id": "session-1", "outcome": "outcome-0006"}', '7f72b10e903d34d77013d5b8860cb7a54b77dd6e30e87567131a1e86611b067f');
INSERT INTO "audit" VALUES (33, 1795532400, 'demo', '192.0.2.1', 'link.exchange_started', 'link_c7696a6c968d4a9c96f4e52dd13f7fef', '{"customer": "cust_3c4da4d571e2494d95735e40e3534ae4"}', 'b2418b0d81e885cc87dd6f43ef2fbe04abbff2f1a25156a11ea59d8fc1827ed1');
INSERT INTO "audit" VALUES (34, 1795532400, 'demo', '192.0.2.1', 'link.exchanged', 'link_c7696a6c968d4a9c96f4e52dd13f7fef', '{"customer": "cust_3c4da4d571e2494d95735e40e3534ae4", "item": "item_a7dec452925a42a782d2a953fe543734", "plaid_item": "plaid-item-3", "request_id": "req-x"}', '34bdd15f34380139ae78d2058999062e931d3a25f76705e3a485290866f9d600');
INSERT INTO "audit" VALUES (35, 1795532400, 'demo', '192.0.2.1', 'link.tokenized', 'link_c7696a6c968d4a9c96f4e52dd13f7fef', '{"customer": "cust_3c4da4d571e2494d95735e40e3534ae4", "request_id": "req-b"}', '6ceb5cd7666b134a4fa11236944749ff9e2fea0eb95c161ce03f5ec7bf43cbd8');
INSERT INTO "audit" VALUES (36, 1795532400, 'demo', '192.0.2.1', 'link.customer', 'link_c7696a6c968d4a9c96f4e52dd13f7fef', '{"customer": "cust_3c4da4d571e2494d95735e40e3534ae4", "how": "made", "stripe_customer": "cus_1"}', 'c3ef1b278143a12ece5c669136c015c4a0f6c472785d3fcae1d0c66db82df388');
INSERT INTO "audit" VALUES (37, 1795532400, 'demo', '192.0.2.1', 'link.attached', 'link_c7696a6c968d4a9c96f4e52dd13f7fef', '{"bank_account": "ba_1", "customer": "cust_3c4da4d571e2494d95735e40e3534ae4", "how": "attached"}', 'c5394f8b625e1771aa256b6d086c99eca919965b7299e4fb2e7f07504ef0ff9a');
INSERT INTO "audit" VALUES (38, 1795532400, 'demo', '192.0.2.1', 'link.authorized', 'link_c7696a6c968d4a9c96f4e52dd13f7fef', '{"acceptance": "online", "customer": "cust_3c4da4d571e2494d95735e40e3534ae4", "mandate": "mandate_1"}', '3df4d0505bc047323de74640f8b9c5a06bf0f2ee91eea216f6f1965801a71484');
INSERT INTO "audit" VALUES (39, 1795532400, 'demo', '192.0.2.1', 'link.opened', 'link_f2adf5e37365470393b3e303f11e328d', '{"customer": "cust_3c4da4d571e2494d95735e40e3534ae4", "hint": null}', '9c5296ff72c405ba4bdce1e7c5eb105e04e4d1cac52495b7362d89de6ffbaa79');
INSERT INTO "audit" VALUES (40, 1795532400, 'demo', '192.0.2.1', 'link.success', 'link_f2adf5e37365470393b3e303f11e328d', '{"accounts": 1, "institution": "ins_1", "link_session_id": "session-1", "outcome": "outcome-0007"}', '3dbae277070709af4dec65bdf3153756b6b14f2631b35badd423b0a2028bff07');
INSERT INTO "audit" VALUES (41, 1795532400, 'demo', '192.0.2.1', 'link.already_linked', 'link_f2adf5e37365470393b3e303f11e328d', '{"customer": "cust_3c4da4d571e2494d95735e40e3534ae4", "twin": "acct_7223e0887b3943a6be4686b93fdfc77a"}', '7d76ee49951796c226768245236852f66d294db0ebbf31034b22297dd4f64c00');
INSERT INTO "audit" VALUES (42, 1795532400, 'demo', '192.0.2.1', 'customer.added', 'cust_8cb9cc4b6293443ba0f7afbe74ad60b3', '{"private": "gAAAAABrC4g_q1KQSGBqgFfSCmw_olAhLzh8THWff-sU_42guQ7nCfzUSh2ZGkyXOezIvoDi9KcfwJ8rsqgbRsWNQc9RjvRe4WbgmLcKJRbrqb4V1Xry9v8aJDCFEhKky5wU6JMi3ctZmNVI1w084iZ4ebUO6bTCOjQ05928WzioL5elNVX5nucVHOC5a6IbjNQnX5TKX6xBerKjRKsOWXvTGAH-gxh-Kw=="}', 'e5b7c67b45fbe93b139c325e3863e5cffa964568959ccb5733c4f9c42c5aea35');
INSERT INTO "audit" VALUES (43, 1795532400, 'demo', '192.0.2.1', 'link.opened', 'link_a25701eda49546fa91c6360c9fc446bf', '{"customer": "cust_8cb9cc4b6293443ba0f7afbe74ad60b3", "hint": null}', '0c15dd9ef253afc22428d26b78970bcc45c5ae4fc25c2863a96f247197e3bd27');
INSERT INTO "audit" VALUES (44, 1795532400, 'demo', '192.0.2.1', 'link.success', 'link_a25701eda49546fa91c6360c9fc446bf', '{"accounts": 1, "institution": "ins_1", "link_session_id": "session-1", "outcome": "outcome-0008"}', '4f43ae39ebfb1d2b01a948e9db5bd45a08887c93461f64b0ccbe399fafcbe42c');
INSERT INTO "audit" VALUES (45, 1795532400, 'demo', '192.0.2.1', 'link.exchange_started', 'link_a25701eda49546fa91c6360c9fc446bf', '{"customer": "cust_8cb9cc4b6293443ba0f7afbe74ad60b3"}', '54f8b936946e8885a1f62763ae90a2ada59266bb5d715206c9659c0d3cb08f91');
INSERT INTO "audit" VALUES (46, 1795532400, 'demo', '192.0.2.1', 'link.exchanged', 'link_a25701eda49546fa91c6360c9fc446bf', '{"customer": "cust_8cb9cc4b6293443ba0f7afbe74ad60b3", "item": "item_776ab2ea067246db9f3b89120f5f0090", "plaid_item": "plaid-item-4", "request_id": "req-x"}', '18af4ca2be5eee279c6c99579f02f74221b8b6f5df69f8f3e82b6f01a0dc2390');
INSERT INTO "audit" VALUES (47, 1795532400, 'demo', '192.0.2.1', 'link.stopped', 'link_a25701eda49546fa91c6360c9fc446bf', '{"code": "unreachable", "customer": "cust_8cb9cc4b6293443ba0f7afbe74ad60b3", "problem": "No answer.", "request_id": "req-lost", "step": "exchanged"}', '803c6dd109aa826092a89d24343b35a8ea240f8730379fbc5a57b07b947f4a78');
INSERT INTO "audit" VALUES (48, 1795532400, 'demo', '192.0.2.1', 'customer.added', 'cust_9b63df65eead4f53932e02f58d812064', '{"private": "gAAAAABrC4g_x6RFUc9MuJJvgj0hN8rRUObbole0EVrLZHyve6x-aT0JIJwqtxjHC1HG5d01Fhw49e8iI-am1QNOEXpGVm4eaLMnwiuhhxVl8Hz-6Lv9aXziYFVugM88LCKhERBhGukh0IR6_hdgSy2-VWkZAKDPjK7fkMDd6wQ85i7AOxmFf6rTypqqNpa0NjHibYvn1e0BUp9CYjb1PN2N22spA4kIvQ=="}', 'e1ce9e924a986286fcc3c528ebfb3eab360e0ea19aacd4c471a779336b677185');
INSERT INTO "audit" VALUES (49, 1795532400, 'demo', '192.0.2.1', 'link.opened', 'link_73fb87618e0949a7b2ae1887bc5e6092', '{"customer": "cust_9b63df65eead4f53932e02f58d812064", "hint": null}', '5c7962b8f5f483f7c5be12f87682e2fca2074dfe813c6fbf86b94149d17cfccb');
INSERT INTO "audit" VALUES (50, 1795532400, 'demo', '192.0.2.1', 'link.success', 'link_73fb87618e0949a7b2ae1887bc5e6092', '{"accounts": 1, "institution": "ins_1", "link_session_id": "session-1", "outcome": "outcome-0009"}', 'b57998ed3f4ed7e1637949fe87c2ff06d56859ec04f337bf00753ecd2f067bef');
INSERT INTO "audit" VALUES (51, 1795532400, 'demo', '192.0.2.1', 'link.exchange_started', 'link_73fb87618e0949a7b2ae1887bc5e6092', '{"customer": "cust_9b63df65eead4f53932e02f58d812064"}', '9bd6abc7dd5791a8eefa02d8fde97be9cecac8bd69a9fe575a7c8e91bdb7a7a8');
INSERT INTO "audit" VALUES (52, 1795532400, 'demo', '192.0.2.1', 'link.exchanged', 'link_73fb87618e0949a7b2ae1887bc5e6092', '{"customer": "cust_9b63df65eead4f53932e02f58d812064", "item": "item_bc5183120f0746779aa8c01f061f8b88", "plaid_item": "plaid-item-5", "request_id": "req-x"}', '21ed730174aedd7d4eaf77b20524633dc0335975db441a29540d7507222f9e34');
INSERT INTO "audit" VALUES (53, 1795532400, 'demo', '192.0.2.1', 'customer.added', 'cust_dd21cf77d6ca47b4beef3f9c626c3440', '{"private": "gAAAAABrC4g_rFHIQssIPAsLqNq50gOme5RejWBbR2xKfLxoUTb_MX14wTMldKqUeyy6NFqEj-gHOZMT5ne7ZwmOv-0l17x_yML1gOTY0f_JSgRODE2xbcxYt6ZRAMjuUxJw9pvrmTzpRzpThKiVQrAezKxSsEO62I_fzzr53I-D7t1ZFARJN2ZCRZfLvlXVnA3DoG6HpepkQMGTJ0E5BDfh0Vdl71fu7A=="}', 'ee567bda6587c92cd6fe270c0e651beb2f1388c346dfcc248114e46b2d920adf');
INSERT INTO "audit" VALUES (54, 1795532400, 'demo', '192.0.2.1', 'link.opened', 'link_ab74030b8e604036875c8d9952486be4', '{"customer": "cust_dd21cf77d6ca47b4beef3f9c626c3440", "hint": null}', 'a78f586f371872e29b3c296ba28521140366e067780e860f979765e973c8c352');
INSERT INTO "audit" VALUES (55, 1795532400, 'demo', '192.0.2.1', 'link.success', 'link_ab74030b8e604036875c8d9952486be4', '{"accounts": 1, "institution": "ins_1", "link_session_id": "session-1", "outcome": "outcome-0010"}', '841d2f60321979acd84f09aa18f297559b5aea14b6a807a21f4c9941e7c93c38');
INSERT INTO "audit" VALUES (56, 1795532400, 'demo', '192.0.2.1', 'link.exchange_started', 'link_ab74030b8e604036875c8d9952486be4', '{"customer": "cust_dd21cf77d6ca47b4beef3f9c626c3440"}', '8f9bb485803b73e04368e1cc21b88b350193f761df3c787e19e61c4f6ef68950');
INSERT INTO "audit" VALUES (57, 1795532400, 'demo', '192.0.2.1', 'link.exchanged', 'link_ab74030b8e604036875c8d9952486be4', '{"customer": "cust_dd21cf77d6ca47b4beef3f9c626c3440", "item": "item_dd318fe1945a4e9c905bc96c2f2b3c80", "plaid_item": "plaid-item-6", "request_id": "req-x"}', 'fc23710a977bdde91627b2633fd2e641f97f387f91c8b630e225465c11ccbb64');
INSERT INTO "audit" VALUES (58, 1795532400, 'demo', '192.0.2.1', 'link.tokenized', 'link_ab74030b8e604036875c8d9952486be4', '{"customer": "cust_dd21cf77d6ca47b4beef3f9c626c3440", "request_id": "req-b"}', 'abbb11e491b505d9d8e64607b75cbdd397919beee0e54c251cb9d52cb5c753c8');
INSERT INTO "audit" VALUES (59, 1795532400, 'demo', '192.0.2.1', 'link.stopped', 'link_ab74030b8e604036875c8d9952486be4', '{"code": "unreachable", "customer": "cust_dd21cf77d6ca47b4beef3f9c626c3440", "problem": "No answer.", "request_id": "req-lost", "step": "tokenized"}', '69264dda7f118d36f47aa0d26a8bf3497e77c39f1f0ff9c16e156dacaed86f43');
INSERT INTO "audit" VALUES (60, 1795532400, 'demo', '192.0.2.1', 'customer.added', 'cust_f6cf72e56b4f40c692432d5514b0b543', '{"private": "gAAAAABrC4g_arJ1GZ2gjJb499_GyFGC6hnaCQacdF231nhZts_k-FYNPNK--JUM1yv350cw5gWCO5piuXI5SJ4bMvQCjS7h9iFc_3snEhJuX54o8iHtSCUZAxg9L0rECosZKMSDaj3_djFcZZ5YectMkbQAw2rapK_ekqMbP3Qp3ALQsyOsAO949Z70QWJMxGtBwLLiBOYAVZBoHHZoGpcNuIHMuImDgQ=="}', '494d63769ea8ab9872f4d9410fce7b584adb67ec286b908bfcfb539bfa5276ba');
INSERT INTO "audit" VALUES (61, 1795532400, 'demo', '192.0.2.1', 'link.opened', 'link_d14dd95545d44bd8bfa53afd19226d49', '{"customer": "cust_f6cf72e56b4f40c692432d5514b0b543", "hint": null}', '32ed5e4e2d00021265e3ab7ebbe3e84ec2e9f5e22f68fd33cbd00ca39cfd05ae');
INSERT INTO "audit" VALUES (62, 1795532400, 'demo', '192.0.2.1', 'link.success', 'link_d14dd95545d44bd8bfa53afd19226d49', '{"accounts": 1, "institution": "ins_1", "link_session_id": "session-1", "outcome": "outcome-0011"}', '3045fb605d4fb60dbcef786b5a0a2d75fbe8d6ad3eb9f9037e772cee2d3fb636');
INSERT INTO "audit" VALUES (63, 1795532400, 'demo', '192.0.2.1', 'link.exchange_started', 'link_d14dd95545d44bd8bfa53afd19226d49', '{"customer": "cust_f6cf72e56b4f40c692432d5514b0b543"}', '6183b2e258e033e7a466aaf1e187ac50f401ae826c7d42ad16a178ce0eb07449');
INSERT INTO "audit" VALUES (64, 1795532400, 'demo', '192.0.2.1', 'link.exchanged', 'link_d14dd95545d44bd8bfa53afd19226d49', '{"customer": "cust_f6cf72e56b4f40c692432d5514b0b543", "item": "item_917cd09b29e34a2593267d41cdb5278b", "plaid_item": "plaid-item-7", "request_id": "req-x"}', '4ffda4a730f9305a7c65ee3583417cce2bfa41790eefa79deb7d6138a3e97660');
INSERT INTO "audit" VALUES (65, 1795532400, 'demo', '192.0.2.1', 'link.tokenized', 'link_d14dd95545d44bd8bfa53afd19226d49', '{"customer": "cust_f6cf72e56b4f40c692432d5514b0b543", "request_id": "req-b"}', '270ffc8c0ba3d4a96442b497b306564ac8f0be4aff8b242fd5775bb2db3df60c');
INSERT INTO "audit" VALUES (66, 1795532400, 'demo', '192.0.2.1', 'customer.added', 'cust_70d14987773140e6aa5d673eeeb3b00d', '{"private": "gAAAAABrC4g_9CcdCp50pKUzvJzEfMyOqgFe_N7pfuPNlx-6K7lhOeczbxCoaDB0i9XNJkS-JbDvcLxc-eliRprdZH-CJXfHfnO-OONbHKllzw4OzSQPGwejFCewWBRzfpmJi0aky-SwmniiQUILhWNoWVUtTklJsIcSJnSQYLI5hmJxLK0zOK2XyCNjv2Y1t3ZGbIsO3PM1RqObV9TTXmHHsxc8yqk9eQ=="}', 'b648fbd4799b42657211e5ccb2e51d74ef12c8d68b6f1065020f83902454a60a');
INSERT INTO "audit" VALUES (67, 1795532400, 'demo', '192.0.2.1', 'link.opened', 'link_a40093c475514344962e437b2b81cb32', '{"customer": "cust_70d14987773140e6aa5d673eeeb3b00d", "hint": null}', 'a1d19bc8647ad17069a9d616bcd9182d0d575f710f3dab0c8758ce4b6bbb719f');
INSERT INTO "audit" VALUES (68, 1795532400, 'demo', '192.0.2.1', 'link.success', 'link_a40093c475514344962e437b2b81cb32', '{"accounts": 1, "institution": "ins_1", "link_session_id": "session-1", "outcome": "outcome-0012"}', '0b05da0ad8a91c1f980e2367fcaa14de7531965f9f585e7fc5c50fd6b5335007');
INSERT INTO "audit" VALUES (69, 1795532400, 'demo', '192.0.2.1', 'link.exchange_started', 'link_a40093c475514344962e437b2b81cb32', '{"customer": "cust_70d14987773140e6aa5d673eeeb3b00d"}', 'be1f7c589867f57c2cd860eac5092203f8897319f029e95b64df17e0b87e698c');
INSERT INTO "audit" VALUES (70, 1795532400, 'demo', '192.0.2.1', 'link.exchanged', 'link_a40093c475514344962e437b2b81cb32', '{"customer": "cust_70d14987773140e6aa5d673eeeb3b00d", "item": "item_d4e82fb00e1643aaa6b0482246e41c96", "plaid_item": "plaid-item-8", "request_id": "req-x"}', '1ae6ad0eff2107f14644bb9b7e45750315ebd7f25484a4fc31f481484a8b07d1');
INSERT INTO "audit" VALUES (71, 1795532400, 'demo', '192.0.2.1', 'link.tokenized', 'link_a40093c475514344962e437b2b81cb32', '{"customer": "cust_70d14987773140e6aa5d673eeeb3b00d", "request_id": "req-b"}', '9c1585cf8ea34f60cca11c00c1e65c606920cf8fa167f295c74a046b43b60883');
INSERT INTO "audit" VALUES (72, 1795532400, 'demo', '192.0.2.1', 'link.same_email', 'link_a40093c475514344962e437b2b81cb32', '{"customer": "cust_70d14987773140e6aa5d673eeeb3b00d", "found": 1}', 'c268c04fae0de3f64401ba75d90921e43978a57daa3dad261dd50add9dc4d3aa');
INSERT INTO "audit" VALUES (73, 1795532400, 'demo', '192.0.2.1', 'customer.added', 'cust_bd0f50b6888d40c988988c01bf6121bf', '{"private": "gAAAAABrC4g_cs3Nxv7RDahuL63oGJ9zEdzLYz0ruwIsJesyI9B74bEogr4zXFsnXSAGDNfQD7Oxq2iEmetVT3QIMtfQaSZ2pv7gSeKAN7HfsFVdqLAmNwWNmoOBYEAOJrV2uq06LoxNkniMMT1jO3ttdtXC8XEbHJDclW3YPlL72DGh4Fl5wDpdgYITGxtejy3xZ_GbyrjzWqi63unS8MrG4Nco0D5P9w=="}', '444de0e8d55ff77068099cbb86ea6c1d967a696558736084cd08896b0bd8ba97');
INSERT INTO "audit" VALUES (74, 1795532400, 'demo', '192.0.2.1', 'link.opened', 'link_e195d3d6f7674151ab401ba0b82ea8b3', '{"customer": "cust_bd0f50b6888d40c988988c01bf6121bf", "hint": null}', '6a8ac4340809a8a7db777294ee8a888e046bab9932fde843c80357da591d66bc');
INSERT INTO "audit" VALUES (75, 1795532400, 'demo', '192.0.2.1', 'link.success', 'link_e195d3d6f7674151ab401ba0b82ea8b3', '{"accounts": 1, "institution": "ins_1", "link_session_id": "session-1", "outcome": "outcome-0013"}', 'f13f2d2be8781defc40e701d6be073d33bae8b3562108cdf308593e65a910d35');
INSERT INTO "audit" VALUES (76, 1795532400, 'demo', '192.0.2.1', 'link.exchange_started', 'link_e195d3d6f7674151ab401ba0b82ea8b3', '{"customer": "cust_bd0f50b6888d40c988988c01bf6121bf"}', 'ab07969682915d62694661d9188e2a4ae463a9e8a829b8a46db0dda3332a678e');
INSERT INTO "audit" VALUES (77, 1795532400, 'demo', '192.0.2.1', 'link.exchanged', 'link_e195d3d6f7674151ab401ba0b82ea8b3', '{"customer": "cust_bd0f50b6888d40c988988c01bf6121bf", "item": "item_7dc62dbe64104e3a9e20426e45f099c6", "plaid_item": "plaid-item-9", "request_id": "req-x"}', '8ecd384686aa02df51ba69393bec2db4ecf70c6d1bc471ebf45df0953f66bd43');
INSERT INTO "audit" VALUES (78, 1795532400, 'demo', '192.0.2.1', 'link.tokenized', 'link_e195d3d6f7674151ab401ba0b82ea8b3', '{"customer": "cust_bd0f50b6888d40c988988c01bf6121bf", "request_id": "req-b"}', '694927a3191668581c6cf0a61f76246695af9f1e4817365883633f16259e5d37');
INSERT INTO "audit" VALUES (79, 1795532400, 'demo', '192.0.2.1', 'link.customer', 'link_e195d3d6f7674151ab401ba0b82ea8b3', '{"customer": "cust_bd0f50b6888d40c988988c01bf6121bf", "how": "made", "stripe_customer": "cus_4"}', '818e12f3c8abf18e81371de531296595672710a77957af9611ced563524ca7d9');
INSERT INTO "audit" VALUES (80, 1795532400, 'demo', '192.0.2.1', 'link.stopped', 'link_e195d3d6f7674151ab401ba0b82ea8b3', '{"code": "unreachable", "customer": "cust_bd0f50b6888d40c988988c01bf6121bf", "problem": "No answer.", "request_id": "req-lost", "step": "customer"}', '5b97fa453c8327366361c61f3abd0fc7ba4d2ff3037610add3e7cfde1b38d72c');
INSERT INTO "audit" VALUES (81, 1795532400, 'demo', '192.0.2.1', 'customer.added', 'cust_b6a7896727264fd8a5a0c7e61d3902f3', '{"private": "gAAAAABrC4g_8U3RRMMTs7zyU6rGjziMsp_fGa2reIXDrUoC2PhY6rvnEU96gV663EhCAM_YuYfPx9jZgRP5Y3LtHFR4daY8j12xLyA7sJjDVIzmFpzLaVcXZLdRf2Z9wKKQRh3S3vWP1WWdL7UZpPSmaP6EbzaGvmjeqBWV2Q1qA11H7cB4ADKXdKWUz4c7IPN8M083r1gHbuXTBdR9Hg5TeFKILQ0Vyw=="}', '733b6da7a3417d379a4194fe98b49f2ced6f78d803e3e18770e2c9c7451612a6');
INSERT INTO "audit" VALUES (82, 1795532400, 'demo', '192.0.2.1', 'link.opened', 'link_e31700ccecc4475794c055bc6b321807', '{"customer": "cust_b6a7896727264fd8a5a0c7e61d3902f3", "hint": null}', '911ca8650b3f54c7a5e4cec758a80c700451ccee3ec808f007899e0e8390f62f');
INSERT INTO "audit" VALUES (83, 1795532400, 'demo', '192.0.2.1', 'link.success', 'link_e31700ccecc4475794c055bc6b321807', '{"accounts": 1, "institution": "ins_1", "link_session_id": "session-1", "outcome": "outcome-0014"}', '7d4e7aef9b42d03a23bf8d7e9f297e68483a9f146e08790e114f2f130b815b73');
INSERT INTO "audit" VALUES (84, 1795532400, 'demo', '192.0.2.1', 'link.exchange_started', 'link_e31700ccecc4475794c055bc6b321807', '{"customer": "cust_b6a7896727264fd8a5a0c7e61d3902f3"}', 'a279fc197cc3b50ebf5bdb2c45ca5ddb65fcea004579b38e094e88b9ab83328b');
INSERT INTO "audit" VALUES (85, 1795532400, 'demo', '192.0.2.1', 'link.exchanged', 'link_e31700ccecc4475794c055bc6b321807', '{"customer": "cust_b6a7896727264fd8a5a0c7e61d3902f3", "item": "item_ea3939cc69a04293ad4c6696c7eddcb4", "plaid_item": "plaid-item-10", "request_id": "req-x"}', '67e3b850d66c1893b8c0e4d438ae0ab982bdd8f1bfb44c289827a4aaf2d342b3');
INSERT INTO "audit" VALUES (86, 1795532400, 'demo', '192.0.2.1', 'link.tokenized', 'link_e31700ccecc4475794c055bc6b321807', '{"customer": "cust_b6a7896727264fd8a5a0c7e61d3902f3", "request_id": "req-b"}', '6e5911833947b4b7e86ab3acc008cb801c334e97606f6896fdeb29d38918cd55');
INSERT INTO "audit" VALUES (87, 1795532400, 'demo', '192.0.2.1', 'link.customer', 'link_e31700ccecc4475794c055bc6b321807', '{"customer": "cust_b6a7896727264fd8a5a0c7e61d3902f3", "how": "made", "stripe_customer": "cus_5"}', 'ee35de48d7a65acedf268d6aa7f43dd573dc951d0198d68e9813e93f5d810395');
INSERT INTO "audit" VALUES (88, 1795532400, 'demo', '192.0.2.1', 'customer.added', 'cust_3ef7d61730e64cc6a7f1c278fcc979a2', '{"private": "gAAAAABrC4hAuzlBgmkYpDqMGRStKW0bFtnxSRghKGcldF7z4Gi718zXbeVYs7gN0jPf5xWlXpLBvb0zF78DY757OgfFm-YpOwi7XJsi3W9AO0Z4Q3qHqeNS-4-ywyjTe49jy1WTeLfyI8iVyUedKUYbfSRe-1R_LoamHviTWCP89uE71QfOrw-RSZc-J_Zii4POFUzyhi9R5ZvZllcIIaBkb_L5hnHyYw=="}', 'b80454a0d490fe47cdd89c92cfb906956f2d7e5092044c471073c73801c4e15d');
INSERT INTO "audit" VALUES (89, 1795532400, 'demo', '192.0.2.1', 'link.opened', 'link_e845b41da36f46c2b916acc44159a4c3', '{"customer": "cust_3ef7d61730e64cc6a7f1c278fcc979a2", "hint": null}', '3a98af0d50ffb91f867bb55c83b57457e394023eaee2fbc3750c296aa064de37');
INSERT INTO "audit" VALUES (90, 1795532400, 'demo', '192.0.2.1', 'link.success', 'link_e845b41da36f46c2b916acc44159a4c3', '{"accounts": 1, "institution": "ins_1", "link_session_id": "session-1", "outcome": "outcome-0015"}', '2e9553d63fce76a2f48a80112e6db64442dffabd5643aca32193d2c9ef813129');
INSERT INTO "audit" VALUES (91, 1795532400, 'demo', '192.0.2.1', 'link.exchange_started', 'link_e845b41da36f46c2b916acc44159a4c3', '{"customer": "cust_3ef7d61730e64cc6a7f1c278fcc979a2"}', 'f9ab9bfa2d7aff153a70f1be793c5b22b07e7d0ad58de32f6bac29439ccf9e06');
INSERT INTO "audit" VALUES (92, 1795532400, 'demo', '192.0.2.1', 'link.exchanged', 'link_e845b41da36f46c2b916acc44159a4c3', '{"customer": "cust_3ef7d61730e64cc6a7f1c278fcc979a2", "item": "item_2dad5328b09d47b680922dd80097a2a6", "plaid_item": "plaid-item-11", "request_id": "req-x"}', 'd64c323669beac1669f0914a0df752283e64d4fc19f716a03d279f0703a7d8d7');
INSERT INTO "audit" VALUES (93, 1795532400, 'demo', '192.0.2.1', 'link.tokenized', 'link_e845b41da36f46c2b916acc44159a4c3', '{"customer": "cust_3ef7d61730e64cc6a7f1c278fcc979a2", "request_id": "req-b"}', '3e27f9d134e12b5e817a28c5ae310d365ddd59ad653e56df2d03abd0988a95ad');
INSERT INTO "audit" VALUES (94, 1795532400, 'demo', '192.0.2.1', 'link.customer', 'link_e845b41da36f46c2b916acc44159a4c3', '{"customer": "cust_3ef7d61730e64cc6a7f1c278fcc979a2", "how": "made", "stripe_customer": "cus_6"}', 'c9065fab0db5a0ef0dc74d87973e013be13dfc3c37d6fe9cd0cc46a9a6cf8a16');
INSERT INTO "audit" VALUES (95, 1795532400, 'demo', '192.0.2.1', 'link.attached', 'link_e845b41da36f46c2b916acc44159a4c3', '{"bank_account": "ba_3", "customer": "cust_3ef7d61730e64cc6a7f1c278fcc979a2", "how": "attached"}', 'b8814cd132b5230dcc9415ae724658154dd753dc5edde059bba13b073290b501');
INSERT INTO "audit" VALUES (96, 1795532400, 'demo', '192.0.2.1', 'link.stopped', 'link_e845b41da36f46c2b916acc44159a4c3', '{"code": "unreachable", "customer": "cust_3ef7d61730e64cc6a7f1c278fcc979a2", "problem": "No answer.", "request_id": "req-lost", "step": "attached"}', 'de9cc5d5029e0df18924729271432a5568a4954c98a49784b6445925b7c93375');
INSERT INTO "audit" VALUES (97, 1795532400, 'demo', '192.0.2.1', 'customer.added', 'cust_c4ce6290001e499795d3f5e9eb963ed8', '{"private": "gAAAAABrC4hAEdAJ-QGMT6E2_C80bh4zSfzf8khGA7WpHghqntaXMl3c8VppANcTczLtGaPqZLwchD61cYszSZAOaMdTxVBVzEiuT8pR2q6YKmRdncCAD4B9nmeRh6a1pzJm7P8I0H8Ukrd-bDCXil4ln-LOBgQ3huynQeqWb7GBBfFLMx_2U2fSOx6-uQnnoLbWaUjntdUj7OMFVr_GBFJqVAdibcChSA=="}', '37f2f020c61f49692cf0870a41f888f1a318fc1398f4e4adcb4d3ff686aa75cd');
INSERT INTO "audit" VALUES (98, 1795532400, 'demo', '192.0.2.1', 'link.opened', 'link_fc86700bd2744fea8fda9baaa1f385eb', '{"customer": "cust_c4ce6290001e499795d3f5e9eb963ed8", "hint": null}', '769a6a3d98357407264bae7bd55dc17f3c4e24ea7c821cf071c17b4cfec1a2df');
INSERT INTO "audit" VALUES (99, 1795532400, 'demo', '192.0.2.1', 'link.success', 'link_fc86700bd2744fea8fda9baaa1f385eb', '{"accounts": 1, "institution": "ins_1", "link_session_id": "session-1", "outcome": "outcome-0016"}', '53dfab0e1d247affe4b04a13f1cf8f521635f458d1af15b2db3638a7a97f1089');
INSERT INTO "audit" VALUES (100, 1795532400, 'demo', '192.0.2.1', 'link.exchange_started', 'link_fc86700bd2744fea8fda9baaa1f385eb', '{"customer": "cust_c4ce6290001e499795d3f5e9eb963ed8"}', '1b81507361b3399cadaaee0a920f93a738ba476da6dbae883a053d67e7b2915e');
INSERT INTO "audit" VALUES (101, 1795532400, 'demo', '192.0.2.1', 'link.exchanged', 'link_fc86700bd2744fea8fda9baaa1f385eb', '{"customer": "cust_c4ce6290001e499795d3f5e9eb963ed8", "item": "item_1e2b16a02d3f4630b2b93d289fa6565a", "plaid_item": "plaid-item-12", "request_id": "req-x"}', 'c3a9690c217028d876e9ed76083abcb1fbf5f960e1e3c16954fdbee9c7acc0cb');
INSERT INTO "audit" VALUES (102, 1795532400, 'demo', '192.0.2.1', 'link.tokenized', 'link_fc86700bd2744fea8fda9baaa1f385eb', '{"customer": "cust_c4ce6290001e499795d3f5e9eb963ed8", "request_id": "req-b"}', '4f7c762a4af743e106ce6fbadada6a94d1039f285ee0c23383e39baf8d9ee9f2');
INSERT INTO "audit" VALUES (103, 1795532400, 'demo', '192.0.2.1', 'link.customer', 'link_fc86700bd2744fea8fda9baaa1f385eb', '{"customer": "cust_c4ce6290001e499795d3f5e9eb963ed8", "how": "made", "stripe_customer": "cus_7"}', '4568824fd3b849d6c4f76a53b2260a27b4cecad5bcc9f8ba0bb87de140f89e13');
INSERT INTO "audit" VALUES (104, 1795532400, 'demo', '192.0.2.1', 'link.attached', 'link_fc86700bd2744fea8fda9baaa1f385eb', '{"bank_account": "ba_4", "customer": "cust_c4ce6290001e499795d3f5e9eb963ed8", "how": "attached"}', '1aa9b7f6119e26648309ef5136b478c66299433a72ca2f023dff5ef16b681f11');
INSERT INTO "audit" VALUES (105, 1795532400, 'demo', '192.0.2.1', 'customer.added', 'cust_cb99984546c94221abbd5cf9fce6a59c', '{"private": "gAAAAABrC4hASuH33eMH2Y1nU6vEu9rvnLSfIM1bFNIViPTYewNvUKKMVUX7JIZPbDEm2bYjQFBf1Wm_XXzkcqsvOqyHB5bSPG0T3GdyNa692ZEJTDXdfReaXyKSGPir2aLq4RuvmaNxNM93c4DuNrbS-O-7LjRRfK6BK4Bp7PlHrM73F54QI8A6pn9yJP0N7HvDW1lV2TO8AEYerjyOei4cadlStcrWhA=="}', '222dd06df43f0036160313c9e20edf341c9db1db2adaccc0dc352dc2977e3f54');
INSERT INTO "audit" VALUES (106, 1795532400, 'demo', '192.0.2.1', 'link.opened', 'link_a0ed5abff6aa4e30a8058531f974be7f', '{"customer": "cust_cb99984546c94221abbd5cf9fce6a59c", "hint": null}', 'a1318bcf5c554a18473d6d9e2369e530c6ca8237f09a0ae4e359faa5136633cb');
INSERT INTO "audit" VALUES (107, 1795532400, 'demo', '192.0.2.1', 'link.success', 'link_a0ed5abff6aa4e30a8058531f974be7f', '{"accounts": 1, "institution": "ins_1", "link_session_id": "session-1", "outcome": "outcome-0017"}', '4cf07d98ee24a5c1f2d1c340fd5d84bb565b23369b46f4053e4b2c7750042146');
INSERT INTO "audit" VALUES (108, 1795532400, 'demo', '192.0.2.1', 'link.exchange_started', 'link_a0ed5abff6aa4e30a8058531f974be7f', '{"customer": "cust_cb99984546c94221abbd5cf9fce6a59c"}', '749ac023c736c8c35d731b27347df309ebffd6b2475d5044fd93bc8492979520');
INSERT INTO "audit" VALUES (109, 1795532400, 'demo', '192.0.2.1', 'link.exchanged', 'link_a0ed5abff6aa4e30a8058531f974be7f', '{"customer": "cust_cb99984546c94221abbd5cf9fce6a59c", "item": "item_8ed6a254eda541699d742bd139693fda", "plaid_item": "plaid-item-13", "request_id": "req-x"}', '2d0822fcb7d5b80d6e8820918a546e71ded04fe800e306e3da07240228bb2716');
INSERT INTO "audit" VALUES (110, 1795532400, 'demo', '192.0.2.1', 'link.failed', 'link_a0ed5abff6aa4e30a8058531f974be7f', '{"code": "INVALID_PRODUCT", "customer": "cust_cb99984546c94221abbd5cf9fce6a59c", "problem": "Stripe is not connected in Plaid''s Dashboard, or a product is not enabled.", "request_id": "req-no", "step": "exchanged"}', 'ac8b46f8ddb3e9ee481b79398846d21c76c71a8c3d3d6ab24ed8c7e78ac472a8');
INSERT INTO "audit" VALUES (111, 1795532400, 'demo', '192.0.2.1', 'customer.added', 'cust_cda2d30955e04ba09e661b789fbe9628', '{"private": "gAAAAABrC4hAwYzOYOOWKLsKNOIpb88VJ1IE784cyEoioYU2eZzn-zkxyI1Y5kBCpKhTVAESRRTaMgGLcEjgQQFCrodc6HKWTJ2WZWJZE6Ttdd10HEQbbk_x-1lupUOcwH_R5KGElkh-mi3oPfoG1JcuZ9RPtVqrjLAltxEgk5jnPqTI19AFHakAKJBGYPCJvzDhhMP0E9yqDKK8cQNlX-JODfPHhxDm6Q=="}', 'd07578f32096700e4758d584a27a86e3eb0dcebbf39eca790a6b837b2df9fb5f');
INSERT INTO "audit" VALUES (112, 1795532400, 'demo', '192.0.2.1', 'link.opened', 'link_517774b2955a4ab0872da890b843a59f', '{"customer": "cust_cda2d30955e04ba09e661b789fbe9628", "hint": null}', '4873bf2e6b7a687e3aa3fd9e38a7e678b10713eb7be7f0e868f9ef3a40cc3b36');
INSERT INTO "audit" VALUES (113, 1795532400, 'demo', '192.0.2.1', 'link.success', 'link_517774b2955a4ab0872da890b843a59f', '{"accounts": 1, "institution": "ins_1", "link_session_id": "session-1", "outcome": "outcome-0018"}', '1eaac0607358d5cacbb00d79176907521bb4ac2f350c7157652f72cb9e3e1a83');
INSERT INTO "audit" VALUES (114, 1795532400, 'demo', '192.0.2.1', 'customer.added', 'cust_82121b14bf38496ebd5efe4c6f26879c', '{"private": "gAAAAABrC4hAG8ihnDpK01X97GdpF1j9batOB01ialdvXJjcKdlQIaaCgfyEqI0uOcSvTmapLKdNch59f1TN1Ad7rr_A-NqnX5tr5TTzqO8MJmv6wMEaRG70q9r5zjUVK4hnb5VOL-iExKfXkyMuQt3k1o8pqTm5M_oXQyLXQ6kJme-zAdi2JID_mck2q4fI383OJ2lQ3Da2F136naK8gHW9wVaiTvVbig=="}', 'a6ac7814ac8d7d452fb8f975235cacd3166f605f8db8dd93f8ccde40ab586434');
INSERT INTO "audit" VALUES (115, 1795532400, 'demo', '192.0.2.1', 'link.opened', 'link_46baac720d994e668d143a80592ddc63', '{"customer": "cust_82121b14bf38496ebd5efe4c6f26879c", "hint": null}', 'd6778ea3bc8eb13a80817bd2ef44de33a0fbc1a00076070fc1f6987935803b14');
INSERT INTO "audit" VALUES (116, 1795532400, 'demo', '192.0.2.1', 'link.success', 'link_46baac720d994e668d143a80592ddc63', '{"accounts": 1, "institution": "ins_1", "link_session_id": "session-1", "outcome": "outcome-0019"}', 'bdd71c2d8014ce5b3e88ddc1e340d39a984979953eb4cf86cfde29361306141c');
INSERT INTO "audit" VALUES (117, 1795532400, 'demo', '192.0.2.1', 'link.exchange_started', 'link_46baac720d994e668d143a80592ddc63', '{"customer": "cust_82121b14bf38496ebd5efe4c6f26879c"}', 'b8d79046e5ba37519ac8217e9127d81b40fc958847d8a3476507d0ab743de47e');
INSERT INTO "audit" VALUES (118, 1795532400, 'demo', '192.0.2.1', 'link.session_checked', 'link_46baac720d994e668d143a80592ddc63', '{"customer": "cust_82121b14bf38496ebd5efe4c6f26879c"}', '7e3469f400038d55ef171d7e7ee18e393710cfe8899d0d47c3ce6e1828537138');
INSERT INTO "audit" VALUES (119, 1795532400, 'demo', '192.0.2.1', 'link.unknown', 'link_46baac720d994e668d143a80592ddc63', '{"code": "exchange_lost", "customer": "cust_82121b14bf38496ebd5efe4c6f26879c", "problem": "Plaid''s answer to the exchange was lost, so it is not known whether the bank was linked.", "request_id": null}', '4b6e9e745c0a32f89d7009489f42b6f896622c4ac65535f263ffd280703a05c6');
INSERT INTO "audit" VALUES (120, 1795532400, 'demo', '192.0.2.1', 'customer.added', 'cust_4697f91af71e4cffbd8daceb49f5f1e1', '{"private": "gAAAAABrC4hAdiVq47kVaN5Q01gHiuq8dK0jCrlbRlzPVOL_MPPY6d8r_PMTuBbPA9oS4MFqR8E4t3eBfYU9G8IbPaTLx0kyZyLG90xnVrIzwJi1XIUKnAtWnXKzOWLXaIFopGsDfrW9Cyr4mAjgL1lF_yIPUaFViRrOQcIWwUwtzsxK2m6YSIDjbyxSKq0vOMBs7yPalXqduyZYNsUXR1v1B5_XL40wng=="}', 'a4b53aa4e16db54c2bf91c46b48402a5ee7ff3d599ea3d053f52bfbcfa8e01bb');
INSERT INTO "audit" VALUES (121, 1795532400, 'demo', '192.0.2.1', 'link.opened', 'link_f5b349dccca0493c9cd4bafe41df0913', '{"customer": "cust_4697f91af71e4cffbd8daceb49f5f1e1", "hint": null}', 'f5a9eb15c717b607a648f60a664074454565566f7b0298b33f2ee67b1978871e');
INSERT INTO "audit" VALUES (122, 1795532400, 'demo', '192.0.2.1', 'link.success', 'link_f5b349dccca0493c9cd4bafe41df0913', '{"accounts": 1, "institution": "ins_1", "link_session_id": "session-1", "outcome": "outcome-0020"}', 'b64e6c7ba80b7fa812b52b6865e63109910e357fa954403c68cd03fe879bbf97');
INSERT INTO "audit" VALUES (123, 1795532400, 'demo', '192.0.2.1', 'link.exchange_started', 'link_f5b349dccca0493c9cd4bafe41df0913', '{"customer": "cust_4697f91af71e4cffbd8daceb49f5f1e1"}', 'd1992bb2a8554e2366074ed9bedbd9c7063c2457aa8ceeaf3bfd84d7110376d9');
INSERT INTO "audit" VALUES (124, 1795532400, 'demo', '192.0.2.1', 'link.exchanged', 'link_f5b349dccca0493c9cd4bafe41df0913', '{"customer": "cust_4697f91af71e4cffbd8daceb49f5f1e1", "item": "item_68f889d749684dd2b5018e81b6f6ec1b", "plaid_item": "plaid-item-15", "request_id": "req-x"}', '3ef4ac9b178992427229da735d58223dd28eb592651ace698d31a5ad37b87778');
INSERT INTO "audit" VALUES (125, 1795532400, 'demo', '192.0.2.1', 'link.tokenized', 'link_f5b349dccca0493c9cd4bafe41df0913', '{"customer": "cust_4697f91af71e4cffbd8daceb49f5f1e1", "request_id": "req-b"}', '60336660b3ccce106c2a0964683590edef09409a048c44007391010a587b3581');
INSERT INTO "audit" VALUES (126, 1795532400, 'demo', '192.0.2.1', 'link.customer', 'link_f5b349dccca0493c9cd4bafe41df0913', '{"customer": "cust_4697f91af71e4cffbd8daceb49f5f1e1", "how": "made", "stripe_customer": "cus_8"}', '67df8f1e349c5c8c14aa026c6c85df76b79e7833bbaf49d60538348a896adda3');
INSERT INTO "audit" VALUES (127, 1795532400, 'demo', '192.0.2.1', 'link.attached', 'link_f5b349dccca0493c9cd4bafe41df0913', '{"bank_account": "ba_5", "customer": "cust_4697f91af71e4cffbd8daceb49f5f1e1", "how": "attached"}', 'b73bb578362f26cf9b30bd353b00f3ade16273e83e4e7eec9e24511d54d9099d');
INSERT INTO "audit" VALUES (128, 1795532400, 'demo', '192.0.2.1', 'link.authorized', 'link_f5b349dccca0493c9cd4bafe41df0913', '{"acceptance": "online", "customer": "cust_4697f91af71e4cffbd8daceb49f5f1e1", "mandate": "mandate_3"}', '0572bec51e83275522a72d06414ef5b548ecd95ce0fe5c90a491b5f0daceeef6');
INSERT INTO "audit" VALUES (129, 1795532400, 'demo', '192.0.2.1', 'relink.opened', 'link_e179a18a91404746be2084216af37210', '{"customer": "cust_4697f91af71e4cffbd8daceb49f5f1e1", "hint": null, "item": "item_68f889d749684dd2b5018e81b6f6ec1b"}', 'bc3ae4758bab1b2d71eac6fbf2e9b529abb401622b4fdf764a04c857e14b9170');
INSERT INTO "audit" VALUES (130, 1795532400, 'demo', '192.0.2.1', 'relink.success', 'link_e179a18a91404746be2084216af37210', '{"accounts": 1, "institution": "ins_1", "link_session_id": "session-1", "outcome": "outcome-0021"}', '66d275dd0aef4022506ea340e257aa7fa00f57899cf690fdc6b7f97fcf35c494');
INSERT INTO "audit" VALUES (131, 1795532400, 'demo', '192.0.2.1', 'link.stopped', 'link_e179a18a91404746be2084216af37210', '{"code": "unreachable", "customer": "cust_4697f91af71e4cffbd8daceb49f5f1e1", "problem": "No answer.", "request_id": "req-lost", "step": "received"}', '20c77ca5eecc3ecae11b74bdfe92bc1450162a9f842cde2e777af82ec3c82421');
INSERT INTO "audit" VALUES (132, 1795532400, 'demo', '192.0.2.1', 'customer.added', 'cust_39d9c94cfcf54059b2b1fd797299d3e8', '{"private": "gAAAAABrC4hAMQFyRr1FkOXZrQqBIENZyOmePwiP0EPibI0qe45BFXRkXLmE2p5b_h0-AJbTGObCj6JgzY0XO7vTFVySMai3tO-jAiSDvlGHg-ZlE98JtG2d1d42qNuKkRdAyVECYulXDUT9HwHCaZ5IGis58hX5r1Ty4F6fi0xsBUIsAC9q9mOsrUz-42XpZEmMHy-yly80-g8n2xkGlDkGVWC6pQLorA=="}', 'ab568b395a5c0373be658065d723781bdf085483d594b8362b772fbac8e60c45');
INSERT INTO "audit" VALUES (133, 1795532400, 'demo', '192.0.2.1', 'link.opened', 'link_ffc00ab7b7a642fc8b224091dcacc283', '{"customer": "cust_39d9c94cfcf54059b2b1fd797299d3e8", "hint": null}', 'b52f3ec2b882e2dec9a72a21e94b298f0a2bbfc73399eca24faf93e308f2a77f');
INSERT INTO "audit" VALUES (134, 1795532400, 'demo', '192.0.2.1', 'link.success', 'link_ffc00ab7b7a642fc8b224091dcacc283', '{"accounts": 1, "institution": "ins_1", "link_session_id": "session-1", "outcome": "outcome-0022"}', 'f29d06819f3c79f3b6b9db7ebda0a8cc6ff3f2db550abf4edc901308517707c7');
INSERT INTO "audit" VALUES (135, 1795532400, 'demo', '192.0.2.1', 'link.exchange_started', 'link_ffc00ab7b7a642fc8b224091dcacc283', '{"customer": "cust_39d9c94cfcf54059b2b1fd797299d3e8"}', 'cbbc57a353c5576a5c73b85bc0d9e71caa6b663069e66c425fd036b3adf16899');
INSERT INTO "audit" VALUES (136, 1795532400, 'demo', '192.0.2.1', 'link.exchanged', 'link_ffc00ab7b7a642fc8b224091dcacc283', '{"customer": "cust_39d9c94cfcf54059b2b1fd797299d3e8", "item": "item_881d762fdca84e719e5961bf84451582", "plaid_item": "plaid-item-16", "request_id": "req-x"}', '64256c75258a1019ceeb85b9b690a775c6c58804e794a5ecf7e9f3e74e428a4e');
INSERT INTO "audit" VALUES (137, 1795532400, 'demo', '192.0.2.1', 'link.tokenized', 'link_ffc00ab7b7a642fc8b224091dcacc283', '{"customer": "cust_39d9c94cfcf54059b2b1fd797299d3e8", "request_id": "req-b"}', 'c999d62267919867734643867a134a2ba141d0c48b673ffa884fa648b6b40ccd');
INSERT INTO "audit" VALUES (138, 1795532400, 'demo', '192.0.2.1', 'link.customer', 'link_ffc00ab7b7a642fc8b224091dcacc283', '{"customer": "cust_39d9c94cfcf54059b2b1fd797299d3e8", "how": "made", "stripe_customer": "cus_9"}', '2433ecda7f08a3dee4a437ad2f2b0a58b430017f90b29e2e9eb55d9586ca998b');
INSERT INTO "audit" VALUES (139, 1795532400, 'demo', '192.0.2.1', 'link.attached', 'link_ffc00ab7b7a642fc8b224091dcacc283', '{"bank_account": "ba_6", "customer": "cust_39d9c94cfcf54059b2b1fd797299d3e8", "how": "attached"}', 'c2035576ec436cf92f89e594ed1148af54d7934e2e63a2402a762b511336555f');
INSERT INTO "audit" VALUES (140, 1795532400, 'demo', '192.0.2.1', 'link.authorized', 'link_ffc00ab7b7a642fc8b224091dcacc283', '{"acceptance": "online", "customer": "cust_39d9c94cfcf54059b2b1fd797299d3e8", "mandate": "mandate_4"}', '927c629b439981a24fa57702361130a9c4a9912aa0c5bf43c5f87e7186ae8907');
INSERT INTO "audit" VALUES (141, 1795532400, 'demo', '192.0.2.1', 'renewal.begun', 'link_eb34f14f537041f883724a680a81f0f5', '{"account": "acct_5a482a0c908644bdbb3ba217db9555e0", "customer": "cust_39d9c94cfcf54059b2b1fd797299d3e8"}', 'f73eed35005923831058a408305a9e3dc81485d8444e581845d5d57b5b9744d8');
INSERT INTO "audit" VALUES (142, 1795532400, 'demo', '192.0.2.1', 'link.tokenized', 'link_eb34f14f537041f883724a680a81f0f5', '{"customer": "cust_39d9c94cfcf54059b2b1fd797299d3e8", "request_id": "req-b"}', 'd4e1fb0e52afb793dc642ab85ef4146cc167542fba8aa66113632ca294d72d88');
INSERT INTO "audit" VALUES (143, 1795532400, 'demo', '192.0.2.1', 'link.customer', 'link_eb34f14f537041f883724a680a81f0f5', '{"customer": "cust_39d9c94cfcf54059b2b1fd797299d3e8", "how": "its own", "stripe_customer": "cus_9"}', '46c9b949fb4eab0df4de8ac1f0b55e892aaa680a961649e04bba89169acd0927');
INSERT INTO "audit" VALUES (144, 1795532400, 'demo', '192.0.2.1', 'account.renewed', 'link_eb34f14f537041f883724a680a81f0f5', '{"account": "acct_5a482a0c908644bdbb3ba217db9555e0", "after": {"bank_account": "ba_7"}, "before": {"bank_account": "ba_6", "mandate": "mandate_4"}, "customer": "cust_39d9c94cfcf54059b2b1fd797299d3e8", "how": "attached"}', 'dcdb9da2443f0a18502225196ec824a10f5f3782142b22543b2fdac8e8793a87');
INSERT INTO "audit" VALUES (145, 1795532400, 'demo', '192.0.2.1', 'link.stopped', 'link_eb34f14f537041f883724a680a81f0f5', '{"code": "unreachable", "customer": "cust_39d9c94cfcf54059b2b1fd797299d3e8", "problem": "No answer.", "request_id": "req-lost", "step": "attached"}', 'c6aa55e3dd3b5d768bc68483e98dea43f63d4bc9a021205b5e49052c9cd38d01');
INSERT INTO "audit" VALUES (146, 1795532400, 'demo', '192.0.2.1', 'customer.edited', 'cust_3c4da4d571e2494d95735e40e3534ae4', '{"private": "gAAAAABrC4hAo2qox7vLraNDnKUhXAjQ1AmS1bpol-hR0NvleV8ARUPF3OeykWdgRYse02EY2nGZtJcr05hygvO8PCdpXBkOd4xkdsUGLOzhJyZmPpsoUGTYGjujp58xdcqysw0OSqw3diWWpFyfdIohkMJxqir4ufos2pyqU2RO-ZczxOUUtKALaJLwleo51ejYSsxHu2Wi7RepeadlxS31DZagz1UMhKlbQi_Pr8Hkddsbnh52A4WGV2m-CoaeMp7hXmNJR1qnVImwAfQCz0GDnyLHlDaFYvhpdXLKdAPpBQlBMkmk85Tj-0neAGISu_Gtrgsk1P4FwLVFR1I5Z6cC7LgPslhO-f0iVqUGDW3O5nkm56qjH2M="}', '7ce9e70ab3847d5d6b09ba1353e3acaa93b2aa9d3d60c043b5fb0e4985dda728');
INSERT INTO "audit" VALUES (147, 1795532400, 'demo', '192.0.2.1', 'customer.edited', 'cust_4697f91af71e4cffbd8daceb49f5f1e1', '{"private": "gAAAAABrC4hAtSpqUe5It3dvO3qyxiZw8Kfcnb2kLfYjXnZun6kW9M5D9L_iX3c7tB01UIQwmV5Q9f8QzTeH7hDemYwgRmnlhGzZHj9nXcjFgNKd6Dqv2QJ19zsOK58n9MyRrAqfM42F8rQhcqINSceWCFgcyS2cQUXtg7kPyGiO8tH2FlZfs_g3u4KTyQnbBc4Kpn5y8nC27nlIUhjQcsuGoTdvYne57BvXdgN5hNzk1TXI3boKe_EUMLmA44TFPfkfGV2f7wR4DqYQuPTBaTnQT7CSJvO6P0ousV_AIrvumWticbCxY-c1RQfK6l-k9RVbOW2z68mNZPlZsv2blfkL1ceXypgsIFK4S6j-Ow1kH4hjn1V5wSU="}', 'da52b45adfbd7208d011688a353fdfc7090dd594d893ff8ff135f35aea09d833');
INSERT INTO "customer" VALUES ('cust_192dcc287bf04e9db66decb1f2c635bb', 'Jenny Rosen', 'jenny@example.com', 'C-0', 'individual', NULL, 0, 'key_73ae6995637d4b378e2cfa1dd4eb7f2f', NULL, NULL, 1795532400, 1795532400, NULL, NULL);
INSERT INTO "customer" VALUES ('cust_66b0f260800447769a8334b99093204c', 'Person 1', 'p1@example.com', 'P-1', 'individual', NULL, 0, 'key_21106b1a929246a0be6fcf2eb4a60aeb', NULL, NULL, 1795532400, 1795532400, NULL, NULL);
INSERT INTO "customer" VALUES ('cust_3c8033c4aca54aabb3b90f7e7d025df8', 'Person 2', 'p2@example.com', 'P-2', 'individual', NULL, 0, 'key_7b1265f2be444fc382ce44eeb8de81ac', NULL, NULL, 1795532400, 1795532400, NULL, NULL);
INSERT INTO "customer" VALUES ('cust_8b00cba644064aa19d95f0359f095264', 'Person 3', 'p3@example.com', 'P-3', 'individual', NULL, 0, 'key_47c47172ea3d4ba59cd5d8b9f6c62413', NULL, NULL, 1795532400, 1795532400, NULL, NULL);
INSERT INTO "customer" VALUES ('cust_e31455710418408e80e885b51ea98111', 'Person 4', 'p4@example.com', 'P-4', 'individual', NULL, 0, 'key_c057fd64522044688f11fad0b2073bcf', NULL, NULL, 1795532400, 1795532400, NULL, NULL);
INSERT INTO "customer" VALUES ('cust_52fd5bee44554186bbb5a694b69139ea', 'Person 5', 'p5@example.com', 'P-5', 'individual', NULL, 0, 'key_86889491e0eb42b3b8da79595ad0d33b', NULL, NULL, 1795532400, 1795532400, NULL, NULL);
INSERT INTO "customer" VALUES ('cust_07f86ed3f722460693274de49d0fcd0f', 'Person 6', 'p6@example.com', 'P-6', 'individual', NULL, 0, 'key_ed835cbe544a4979aae1baf1823d4717', NULL, NULL, 1795532400, 1795532400, NULL, NULL);
INSERT INTO "customer" VALUES ('cust_1b1fd7ebdcc9459fb88467a58249f71c', 'Person 7', 'p7@example.com', 'P-7', 'individual', NULL, 0, 'key_a1f570f6a90c42f3a47ae7c26b943694', NULL, NULL, 1795532400, 1795532400, NULL, NULL);
INSERT INTO "customer" VALUES ('cust_3c4da4d571e2494d95735e40e3534ae4', 'Told Later', 'p8@example.com', 'P-8', 'individual', 'cus_1', 1, 'key_fba930a573f547559250e9ff0f0bd65e', '{"email":"p8@example.com","metadata":{"ach_desk_customer":"cust_3c4da4d571e2494d95735e40e3534ae4"},"name":"Person 8"}', 1795532400, 1795532400, 1795532400, NULL, NULL);
INSERT INTO "customer" VALUES ('cust_8cb9cc4b6293443ba0f7afbe74ad60b3', 'Person 9', 'p9@example.com', 'P-9', 'individual', NULL, 0, 'key_af79b47868bf407683dc574aec879fa0', NULL, NULL, 1795532400, 1795532400, NULL, NULL);
INSERT INTO "customer" VALUES ('cust_9b63df65eead4f53932e02f58d812064', 'Person 10', 'p10@example.com', 'P-10', 'individual', NULL, 0, 'key_dd7746e151e54c22881908f901cff1aa', NULL, NULL, 1795532400, 1795532400, NULL, NULL);
INSERT INTO "customer" VALUES ('cust_dd21cf77d6ca47b4beef3f9c626c3440', 'Person 11', 'p11@example.com', 'P-11', 'individual', NULL, 0, 'key_ad0bca08e7734352b19936f3787e29ad', '{"email":"p11@example.com","metadata":{"ach_desk_customer":"cust_dd21cf77d6ca47b4beef3f9c626c3440"},"name":"Person 11"}', 1795532400, 1795532400, 1795532400, NULL, NULL);
INSERT INTO "customer" VALUES ('cust_f6cf72e56b4f40c692432d5514b0b543', 'Person 12', 'p12@example.com', 'P-12', 'individual', NULL, 0, 'key_c004a76fbd254275a7d44565ca357aca', '{"email":"p12@example.com","metadata":{"ach_desk_customer":"cust_f6cf72e56b4f40c692432d5514b0b543"},"name":"Person 12"}', 1795532400, 1795532400, 1795532400, NULL, NULL);
INSERT INTO "customer" VALUES ('cust_70d14987773140e6aa5d673eeeb3b00d', 'Person 13', 'p13@example.com', 'P-13', 'individual', NULL, 0, 'key_f03496c540d14875be58f799b37e5c49', NULL, NULL, 1795532400, 1795532400, NULL, NULL);
INSERT INTO "customer" VALUES ('cust_bd0f50b6888d40c988988c01bf6121bf', 'Person 14', 'p14@example.com', 'P-14', 'individual', 'cus_4', 1, 'key_e56e076628574d71a189b4ae4a66d70d', '{"email":"p14@example.com","metadata":{"ach_desk_customer":"cust_bd0f50b6888d40c988988c01bf6121bf"},"name":"Person 14"}', 1795532400, 1795532400, 1795532400, NULL, NULL);
INSERT INTO "customer" VALUES ('cust_b6a7896727264fd8a5a0c7e61d3902f3', 'Person 15', 'p15@example.com', 'P-15', 'individual', 'cus_5', 1, 'key_5facaebc79cf4a2c865796f6f4ce8aa7', '{"email":"p15@example.com","metadata":{"ach_desk_customer":"cust_b6a7896727264fd8a5a0c7e61d3902f3"},"name":"Person 15"}', 1795532400, 1795532400, 1795532400, NULL, NULL);
INSERT INTO "customer" VALUES ('cust_3ef7d61730e64cc6a7f1c278fcc979a2', 'Person 16', 'p16@example.com', 'P-16', 'individual', 'cus_6', 1, 'key_7fcf48d104f6466692e7d4061b79fedc', '{"email":"p16@example.com","metadata":{"ach_desk_customer":"cust_3ef7d61730e64cc6a7f1c278fcc979a2"},"name":"Person 16"}', 1795532400, 1795532400, 1795532400, NULL, NULL);
INSERT INTO "customer" VALUES ('cust_c4ce6290001e499795d3f5e9eb963ed8', 'Person 17', 'p17@example.com', 'P-17', 'individual', 'cus_7', 1, 'key_02f4803e64cf49ea978efe1971c94cc1', '{"email":"p17@example.com","metadata":{"ach_desk_customer":"cust_c4ce6290001e499795d3f5e9eb963ed8"},"name":"Person 17"}', 1795532400, 1795532400, 1795532400, NULL, NULL);
INSERT INTO "customer" VALUES ('cust_cb99984546c94221abbd5cf9fce6a59c', 'Person 18', 'p18@example.com', 'P-18', 'individual', NULL, 0, 'key_aeb3f24816a44d76b1ee7d11ebd0a467', NULL, NULL, 1795532400, 1795532400, NULL, NULL);
INSERT INTO "customer" VALUES ('cust_cda2d30955e04ba09e661b789fbe9628', 'Person 19', 'p19@example.com', 'P-19', 'individual', NULL, 0, 'key_8a73082e8d24401bafb72c722bd14827', NULL, NULL, 1795532400, 1795532400, NULL, NULL);
INSERT INTO "customer" VALUES ('cust_82121b14bf38496ebd5efe4c6f26879c', 'Person 20', 'p20@example.com', 'P-20', 'individual', NULL, 0, 'key_f498c6a27f1a401f9b75ca613afbedda', NULL, NULL, 1795532400, 1795532400, NULL, NULL);
INSERT INTO "customer" VALUES ('cust_4697f91af71e4cffbd8daceb49f5f1e1', 'Person 21', 'odd@example.com', 'P-21', 'individual', 'cus_8', 1, 'key_6deac6d8b6e44603b3767a361aa39bcc', '{"email":"p21@example.com","metadata":{"ach_desk_customer":"cust_4697f91af71e4cffbd8daceb49f5f1e1"},"name":"Person 21"}', 1795532400, 1795532400, 1795532400, NULL, NULL);
INSERT INTO "customer" VALUES ('cust_39d9c94cfcf54059b2b1fd797299d3e8', 'Person 22', 'p22@example.com', 'P-22', 'individual', 'cus_9', 1, 'key_79a3559544eb459d86da0fb85ed386d3', '{"email":"p22@example.com","metadata":{"ach_desk_customer":"cust_39d9c94cfcf54059b2b1fd797299d3e8"},"name":"Person 22"}', 1795532400, 1795532400, 1795532400, NULL, NULL);
INSERT INTO "item" VALUES ('item_66d7aafe8fbc4f79ba31999bbbdd2bd1', 'plaid-item-1', 'cust_e31455710418408e80e885b51ea98111', 'current', 'ins_1', 'Bank', 'healthy', X'67414141414142724334675F43306B44596E6F6562343132764665687A3854595941307255742D454C6D47774F374553734C626A454B634C396F39516250595F6B705A4B617130666C337647424E6A43537348676D3452733554684837386F56443874625F6B56515432364E4B7A6A53365553506252493D', 1795532400, 1795532400);
INSERT INTO "item" VALUES ('item_a7dec452925a42a782d2a953fe543734', 'plaid-item-3', 'cust_3c4da4d571e2494d95735e40e3534ae4', 'current', 'ins_1', 'First Platypus Bank', 'healthy', X'67414141414142724334675F687359626A775933786E784279497964745779627555566D31355248484D6B43507A383554675865354B62575F3873304E31587634444F757462484F63556E695436357655415A5F546D6E6F6D4D414E694759575F3834344E695F3142556571396B5951497661703652553D', 1795532400, 1795532400);
INSERT INTO "item" VALUES ('item_776ab2ea067246db9f3b89120f5f0090', 'plaid-item-4', 'cust_8cb9cc4b6293443ba0f7afbe74ad60b3', 'current', 'ins_1', 'First Platypus Bank', 'healthy', X'67414141414142724334675F36506A64314D6D4E6C4855465F3874566972706376666B4545477A686B41674F2D4731316B624839465731714745734C527473576B724B492D4975647057586C51706142664C78467A4B68722D7A5F4242336E305F5276484D556736635A6B706C4A706D4F7958716C37733D', 1795532400, 1795532400);
INSERT INTO "item" VALUES ('item_bc5183120f0746779aa8c01f061f8b88', 'plaid-item-5', 'cust_9b63df65eead4f53932e02f58d812064', 'current', 'ins_1', 'First Platypus Bank', 'healthy', X'67414141414142724334675F5131383553325961716578574A5366446541717A59486757354B3876565A573359507651416A346541556D51755139303056745850366B45684C6B4333614B71453152506A543551376F39722D2D4E5A3843726C795F56784D36484F616737456C576E4B4C7A43396952553D', 1795532400, 1795532400);
INSERT INTO "item" VALUES ('item_dd318fe1945a4e9c905bc96c2f2b3c80', 'plaid-item-6', 'cust_dd21cf77d6ca47b4beef3f9c626c3440', 'current', 'ins_1', 'First Platypus Bank', 'healthy', X'67414141414142724334675F776F4D66344F6E3968304D5A7474436A356146417A767575554A665F55654D64556673665173306E33615F653449375756396475724D69654D31422D65465A64674F714F497844513173634B496635447159767579716D70586E7A3579556243566942514E594B623748673D', 1795532400, 1795532400);
INSERT INTO "item" VALUES ('item_917cd09b29e34a2593267d41cdb5278b', 'plaid-item-7', 'cust_f6cf72e56b4f40c692432d5514b0b543', 'current', 'ins_1', 'First Platypus Bank', 'healthy', X'67414141414142724334675F6958665958526F5F6E494D4B5A686A494A4C6B4330777A6858376E6F795A745055445F3642475A616A75704E4441302D626D5F7670524E647334424D2D463474796A5A352D495A59466F6762594372696D56625F4C3333354D6D746A4C737536423949437755326A5A69383D', 1795532400, 1795532400);
INSERT INTO "item" VALUES ('item_d4e82fb00e1643aaa6b0482246e41c96', 'plaid-item-8', 'cust_70d14987773140e6aa5d673eeeb3b00d', 'current', 'ins_1', 'First Platypus Bank', 'healthy', X'67414141414142724334675F4D554A7237454964465147304457564263686B7A59496C7553712D6A2D30647242617A76365A50433157763444347A7834356976764D4A4C3875316443386270487A4B57484B645774734F50646F5065576944793347794A37736F305237383653664578707079353353383D', 1795532400, 1795532400);
INSERT INTO "item" VALUES ('item_7dc62dbe64104e3a9e20426e45f099c6', 'plaid-item-9', 'cust_bd0f50b6888d40c988988c01bf6121bf', 'current', 'ins_1', 'First Platypus Bank', 'healthy', X'67414141414142724334675F344C4D354F376E646C6E344B68314C502D48774A6E75766F764E3635776B4F65706E395468417A3743463256532D673238783278535576706A544170386C6F307639304E6C442D376A594952514257596E4F55664A2D4E787A61766871664B2D4274694A4634354A47554D3D', 1795532400, 1795532400);
INSERT INTO "item" VALUES ('item_ea3939cc69a04293ad4c6696c7eddcb4', 'plaid-item-10', 'cust_b6a7896727264fd8a5a0c7e61d3902f3', 'current', 'ins_1', 'First Platypus Bank', 'healthy', X'6741414141414272433468415433646747326567657A62654430354D4C49395039793137596533727878643169324F504D417042336F5767513343584B556D6D453444693948534130793830426954644441354C514F3344544F624B4467534F64416446786655764E47716C6A486958714475657834513D', 1795532400, 1795532400);
INSERT INTO "item" VALUES ('item_2dad5328b09d47b680922dd80097a2a6', 'plaid-item-11', 'cust_3ef7d61730e64cc6a7f1c278fcc979a2', 'current', 'ins_1', 'First Platypus Bank', 'healthy', X'674141414141427243346841596A505137526354634244386B656A5F6469546845645A35642D2D5A39315344513554437463566D7937584E32686C63435479545F47525A4B4955624C7947766B526F56385746477A2D62335F4B314C4B626E6C47506158615441644249644C4858553438502D4D5A2D343D', 1795532400, 1795532400);
INSERT INTO "item" VALUES ('item_1e2b16a02d3f4630b2b93d289fa6565a', 'plaid-item-12', 'cust_c4ce6290001e499795d3f5e9eb963ed8', 'current', 'ins_1', 'First Platypus Bank', 'healthy', X'674141414141427243346841376E49663873356366487161666A30326A2D3730436B6A71654764576966795069342D64597131586E70396D6F78374B6742495A50645031304A324939754E727772473751415A766A417857504A354C73713466424C5930646650306847616268687232505537425F4B493D', 1795532400, 1795532400);
INSERT INTO "item" VALUES ('item_8ed6a254eda541699d742bd139693fda', 'plaid-item-13', 'cust_cb99984546c94221abbd5cf9fce6a59c', 'current', 'ins_1', 'First Platypus Bank', 'healthy', X'6741414141414272433468416549655A554B436C456566327832576F48616E4B6F693139634B61666B624D7469555272346A5863795139557255495F6270514248616661565A784E5A767A57636335573642674C6462746D6277577844584867414D6F67326C4C6B3769346B5A613068786A4D307A61673D', 1795532400, 1795532400);
INSERT INTO "item" VALUES ('item_68f889d749684dd2b5018e81b6f6ec1b', 'plaid-item-15', 'cust_4697f91af71e4cffbd8daceb49f5f1e1', 'current', 'ins_1', 'First Platypus Bank', 'healthy', X'6741414141414272433468414C3338506D5F6E494D413446566273586C475268466C4D2D787A632D665F785564366438774E434F32666E4E4C48346547304A5045515667666A61574D6174544457596B70524F4C74443079427359694244785A5A34515A6E72466C5A71714E667355784A434D3978786B3D', 1795532400, 1795532400);
INSERT INTO "item" VALUES ('item_881d762fdca84e719e5961bf84451582', 'plaid-item-16', 'cust_39d9c94cfcf54059b2b1fd797299d3e8', 'current', 'ins_1', 'First Platypus Bank', 'healthy', X'674141414141427243346841494A45384B7A5659454B4E54784C30704836713935374E67477479566E67514667316E31617A39486C5262554749434A5563566159466C67746E6B764B514C5F666A765A6E637350483770556653686E42426D4E3575416A694D724133762D6446717133434A37367063733D', 1795532400, 1795532400);
INSERT INTO "bank_account" VALUES ('acct_7223e0887b3943a6be4686b93fdfc77a', 'cust_3c4da4d571e2494d95735e40e3534ae4', 'item_a7dec452925a42a782d2a953fe543734', 'acc-1', 'Plaid Checking', '0000', 'checking', 'ins_1', 'First Platypus Bank', 'cus_1', 'ba_1', 'STRIPE TEST BANK', '6789', 'verified', 'fp-1', 'mandate_1', 'active', 1795532400, 1795532400, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO "bank_account" VALUES ('acct_c6619d8ab0d842d18c638de370684a83', 'cust_3ef7d61730e64cc6a7f1c278fcc979a2', 'item_2dad5328b09d47b680922dd80097a2a6', 'acc-1', 'Plaid Checking', '0000', 'checking', 'ins_1', 'First Platypus Bank', 'cus_6', 'ba_3', 'STRIPE TEST BANK', '6789', 'verified', 'fp-1', NULL, NULL, 1795532400, 1795532400, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO "bank_account" VALUES ('acct_af92131d34154b6e843c67c1ece0362b', 'cust_c4ce6290001e499795d3f5e9eb963ed8', 'item_1e2b16a02d3f4630b2b93d289fa6565a', 'acc-1', 'Plaid Checking', '0000', 'checking', 'ins_1', 'First Platypus Bank', 'cus_7', 'ba_4', 'STRIPE TEST BANK', '6789', 'verified', 'fp-1', NULL, NULL, 1795532400, 1795532400, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO "bank_account" VALUES ('acct_a010943b3d184548b8045955c06c5471', 'cust_4697f91af71e4cffbd8daceb49f5f1e1', 'item_68f889d749684dd2b5018e81b6f6ec1b', 'acc-1', 'Plaid Checking', '0000', 'checking', 'ins_1', 'First Platypus Bank', 'cus_8', 'ba_5', 'STRIPE TEST BANK', '6789', 'verified', 'fp-1', 'mandate_3', 'active', 1795532400, 1795532400, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO "bank_account" VALUES ('acct_5a482a0c908644bdbb3ba217db9555e0', 'cust_39d9c94cfcf54059b2b1fd797299d3e8', 'item_881d762fdca84e719e5961bf84451582', 'acc-1', 'Plaid Checking', '0000', 'checking', 'ins_1', 'First Platypus Bank', 'cus_9', 'ba_7', 'STRIPE TEST BANK', '6789', 'verified', 'fp-new', NULL, NULL, 1795532400, 1795532400, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO "link_attempt" VALUES ('link_aec0c8ca6df7495c81e08903eb54cc9a', 'cust_66b0f260800447769a8334b99093204c', 'current', 'opened', 'demo', '192.0.2.1', NULL, X'67414141414142724334675F657750746767506665696D6B4B5073436D536C5977424A777632676C4F323069727968453034676F44384E4655336D43445F663079646C5058713647556551497169707A61725F4448455F6152417A314C35513746413D3D', 1795550400, NULL, NULL, NULL, NULL, '[]', NULL, NULL, '{}', NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1795532400, 1795532400, 'link', NULL, NULL);
INSERT INTO "link_attempt" VALUES ('link_a6f7525ecafa45ba9aa10e949ae88d29', 'cust_3c8033c4aca54aabb3b90f7e7d025df8', 'current', 'exited', 'demo', '192.0.2.1', NULL, X'67414141414142724334675F30614A34724B445331596B5369466F574443326D505F71526C33576C4F34356B734A696351596F394A61464E707548597767396E3670647256445A6376674A586B457A4554346B42336239347A455068625F494348773D3D', 1795550400, 'outcome-exit', NULL, NULL, NULL, '[]', NULL, NULL, '{}', NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{"action":"Open Link again when the customer is ready.","code":"requires_code","meaning":"No bank was linked, nothing is lost.","provider":"plaid","request_id":null,"what":"The customer closed Link at the one-time code."}', NULL, NULL, 1795532400, 1795532400, 'link', NULL, NULL);
INSERT INTO "link_attempt" VALUES ('link_e5392e7da85d48daa5b388b61594b29d', 'cust_8b00cba644064aa19d95f0359f095264', 'current', 'choosing', 'demo', '192.0.2.1', NULL, X'67414141414142724334675F794C595747326849317769434434755F517269592D675A484A35485F4759763634554256425171446A5A3574552D33616A326572672D6A7877414B316F41735A523845786D6A4173714B4163756D62704E74564742413D3D', 1795550400, 'outcome-0001', 'session-1', 'ins_1', 'First Platypus Bank', '[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"},{"id":"acc-2","mask":"1111","name":"Plaid Saving","subtype":"savings","type":"depository"}]', NULL, X'67414141414142724334675F746771434F695664774269396B5A70656669465F3274786255557757654A707836546A384E706E79535F454B686B6438354372677845316B6B344D626C2D6B6552486F667349756C46485F304A6C5365466C44574C4C6262796C39515F6D6F63496F33726C757A534F58593D', '{"authorization":{"language":"en","text":"By continuing, Person 3 authorizes Acme Payments to debit the bank account chosen in the next step electronically (ACH) for amounts owed for Acme Payments''s goods or services, each for the amount agreed and on or after its due date, and, where a debit was made in error, to credit the account for its correction. Debits may vary in amount and frequency; Acme Payments announces the amount and date of each one. This authorization stays in force until Person 3 revokes it by telling Acme Payments, giving it a reasonable time, at least three business days, to act. Person 3 is an owner of the account or may authorize debits from it, and the transactions comply with US law.","version":"2026-11"},"ip_address":"203.0.113.9","received_at":1795532400,"user_agent":"Mozilla/5.0"}', 'choose_account', NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1795532400, 1795532400, 'link', NULL, NULL);
INSERT INTO "link_attempt" VALUES ('link_ab1eb25b293e4947826517c309ac2138', 'cust_e31455710418408e80e885b51ea98111', 'current', 'choosing', 'demo', '192.0.2.1', NULL, X'67414141414142724334675F714E71564B654E4A594B59566C574F345A754A4634752D6D585276466B595335525F346E4545774461547166367861737A626564425F467A4376416553466B7764344B4B57326234503174714C594B76646E446F6D773D3D', 1795550400, 'outcome-0002', NULL, 'ins_1', 'Bank', '[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"},{"id":"acc-2","mask":"1111","name":"Plaid Saving","subtype":"savings","type":"depository"}]', NULL, NULL, '{"authorization":{"language":"en","text":"By continuing, Person 4 authorizes Acme Payments to debit the bank account chosen in the next step electronically (ACH) for amounts owed for Acme Payments''s goods or services, each for the amount agreed and on or after its due date, and, where a debit was made in error, to credit the account for its correction. Debits may vary in amount and frequency; Acme Payments announces the amount and date of each one. This authorization stays in force until Person 4 revokes it by telling Acme Payments, giving it a reasonable time, at least three business days, to act. Person 4 is an owner of the account or may authorize debits from it, and the transactions comply with US law.","version":"2026-11"},"received_at":1795532400}', 'choose_account', NULL, 0, 1795532400, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'item_66d7aafe8fbc4f79ba31999bbbdd2bd1', NULL, NULL, NULL, NULL, 1795532400, 1795532400, 'link', NULL, NULL);
INSERT INTO "link_attempt" VALUES ('link_c631be8b912146b2b076965433fd3d4b', 'cust_52fd5bee44554186bbb5a694b69139ea', 'current', 'received', 'demo', '192.0.2.1', NULL, X'67414141414142724334675F4D657679706D65585A4A38505246574D644C2D7A55556B64747863397771366364324171434A4669757062375A35596252766348674F584C7744646E35794E6E374A3453484A34414D72553371343476457079564F413D3D', 1795550400, 'outcome-0003', 'session-1', 'ins_1', 'First Platypus Bank', '[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}]', 'acc-1', X'67414141414142724334675F2D673672526647786672534C4F6F386167747A577366623756446858414E62717375335F714A6C313636645461665A6B414A784466674569764E364265726C712D656464486D6F3351395442776A56324354495F7871496753446C307855552D635A664E33516D4C3457593D', '{"authorization":{"language":"en","text":"By continuing, Person 5 authorizes Acme Payments to debit the bank account chosen in the next step electronically (ACH) for amounts owed for Acme Payments''s goods or services, each for the amount agreed and on or after its due date, and, where a debit was made in error, to credit the account for its correction. Debits may vary in amount and frequency; Acme Payments announces the amount and date of each one. This authorization stays in force until Person 5 revokes it by telling Acme Payments, giving it a reasonable time, at least three business days, to act. Person 5 is an owner of the account or may authorize debits from it, and the transactions comply with US law.","version":"2026-11"},"ip_address":"203.0.113.9","received_at":1795532400,"user_agent":"Mozilla/5.0"}', NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{"action":"Wait a minute, then try again.","code":"RATE_LIMIT","meaning":"The request had no effect.","provider":"plaid","request_id":null,"what":"Plaid asks for fewer requests."}', NULL, NULL, 1795532400, 1795532400, 'link', NULL, NULL);
INSERT INTO "link_attempt" VALUES ('link_2cdc5ebab33e4898b800c1f83957e6ee', 'cust_07f86ed3f722460693274de49d0fcd0f', 'current', 'received', 'demo', '192.0.2.1', NULL, X'67414141414142724334675F416C552D6876394B732D5037715A5A35426852316D6C6D5178434D63332D566F62424C77397458336D424C597074786C6778705F32476F683868694669683967725F4D6331776B66647379637534586D3359352D38673D3D', 1795550400, 'outcome-0004', 'session-1', 'ins_1', 'First Platypus Bank', '[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}]', 'acc-1', X'67414141414142724334675F644A6F64314B4D756132574B46482D4A5035774F55427A654C45537956447530693433774B727036456236532D5835565A4C396D5147675065533076496D693054757049644B5F3131314E46457674654342724D6571746F384F6C3333446278467A34446363344D44744D3D', '{"authorization":{"language":"en","text":"By continuing, Person 6 authorizes Acme Payments to debit the bank account chosen in the next step electronically (ACH) for amounts owed for Acme Payments''s goods or services, each for the amount agreed and on or after its due date, and, where a debit was made in error, to credit the account for its correction. Debits may vary in amount and frequency; Acme Payments announces the amount and date of each one. This authorization stays in force until Person 6 revokes it by telling Acme Payments, giving it a reasonable time, at least three business days, to act. Person 6 is an owner of the account or may authorize debits from it, and the transactions comply with US law.","version":"2026-11"},"ip_address":"203.0.113.9","received_at":1795532400,"user_agent":"Mozilla/5.0"}', NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1795532400, 1795532400, 'link', NULL, NULL);
INSERT INTO "link_attempt" VALUES ('link_bdb10df9e2494e279f2b6046b3f296a6', 'cust_1b1fd7ebdcc9459fb88467a58249f71c', 'current', 'received', 'demo', '192.0.2.1', NULL, X'67414141414142724334675F7242314F535356506330636667437A51644479664C4F4A367241476270304A73395A70355F395A487A424B594864315264724439664C314273797167567852314B4371334E4E50355A70464E552D59306343733948673D3D', 1795550400, 'outcome-0005', 'session-1', 'ins_1', 'First Platypus Bank', '[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}]', 'acc-1', X'67414141414142724334675F576B357539676F3051586572527147355332534D394E6752356E4155585931444667504F794665676D667A4D74436E7377716957624C455F6F796773454259374B3578516B59636A6238634F5236737438336E30594A3868636F366C424B304238735837743447636270493D', '{"authorization":{"language":"en","text":"By continuing, Person 7 authorizes Acme Payments to debit the bank account chosen in the next step electronically (ACH) for amounts owed for Acme Payments''s goods or services, each for the amount agreed and on or after its due date, and, where a debit was made in error, to credit the account for its correction. Debits may vary in amount and frequency; Acme Payments announces the amount and date of each one. This authorization stays in force until Person 7 revokes it by telling Acme Payments, giving it a reasonable time, at least three business days, to act. Person 7 is an owner of the account or may authorize debits from it, and the transactions comply with US law.","version":"2026-11"},"ip_address":"203.0.113.9","received_at":1795532400,"user_agent":"Mozilla/5.0"}', NULL, NULL, 0, 1795532400, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'elsewhere/1/process/run', 1795532580, 1795532400, 1795532400, 'link', NULL, NULL);
INSERT INTO "link_attempt" VALUES ('link_c7696a6c968d4a9c96f4e52dd13f7fef', 'cust_3c4da4d571e2494d95735e40e3534ae4', 'current', 'authorized', 'demo', '192.0.2.1', NULL, X'67414141414142724334675F484D654C6738353675765356414C386534386C336F6545483248412D4C3132786443456849564D73687A36514662456739757A6E4E65737843766C4D654F73695243524E6C42306E7036566556354763616C70366E413D3D', 1795550400, 'outcome-0006', 'session-1', 'ins_1', 'First Platypus Bank', '[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}]', 'acc-1', NULL, '{"authorization":{"language":"en","text":"By continuing, Person 8 authorizes Acme Payments to debit the bank account chosen in the next step electronically (ACH) for amounts owed for Acme Payments''s goods or services, each for the amount agreed and on or after its due date, and, where a debit was made in error, to credit the account for its correction. Debits may vary in amount and frequency; Acme Payments announces the amount and date of each one. This authorization stays in force until Person 8 revokes it by telling Acme Payments, giving it a reasonable time, at least three business days, to act. Person 8 is an owner of the account or may authorize debits from it, and the transactions comply with US law.","version":"2026-11"},"ip_address":"203.0.113.9","received_at":1795532400,"user_agent":"Mozilla/5.0"}', NULL, NULL, 0, 1795532400, NULL, NULL, 'key_9398fc281af9484b963bcbd77a9588b3', 1795532400, 'key_505c2136bc384a8cb288177cfb0e250e', '{"allowed_payment_method_types":["us_bank_account"],"confirm":true,"customer":"cus_1","mandate_data":{"customer_acceptance":{"accepted_at":1795532400,"online":{"ip_address":"203.0.113.9","user_agent":"Mozilla/5.0"},"type":"online"}},"metadata":{"ach_desk_link":"link_c7696a6c968d4a9c96f4e52dd13f7fef"},"payment_method":"ba_1"}', 1795532400, NULL, 'item_a7dec452925a42a782d2a953fe543734', 'acct_7223e0887b3943a6be4686b93fdfc77a', NULL, NULL, NULL, 1795532400, 1795532400, 'link', NULL, NULL);
INSERT INTO "link_attempt" VALUES ('link_f2adf5e37365470393b3e303f11e328d', 'cust_3c4da4d571e2494d95735e40e3534ae4', 'current', 'received', 'demo', '192.0.2.1', NULL, X'67414141414142724334675F6249785F614C474436313948587371736D443663434D6B795662664758726433694C30494855326F7232636262586B46636B744E6A3373686252524D78553861446C776341785477385361357A3539364B3532366B673D3D', 1795550400, 'outcome-0007', 'session-1', 'ins_1', 'First Platypus Bank', '[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}]', 'acc-1', X'67414141414142724334675F393536413144544C61455A31417477506A76477977705678424553554F715044693139794F5A6F66626467336A6F654364335A3069706763735F4B4439637630573850433345584D6D746854673268445448564E50355764496C30715A7A575932396531704964736C59453D', '{"authorization":{"language":"en","text":"By continuing, Person 8 authorizes Acme Payments to debit the bank account chosen in the next step electronically (ACH) for amounts owed for Acme Payments''s goods or services, each for the amount agreed and on or after its due date, and, where a debit was made in error, to credit the account for its correction. Debits may vary in amount and frequency; Acme Payments announces the amount and date of each one. This authorization stays in force until Person 8 revokes it by telling Acme Payments, giving it a reasonable time, at least three business days, to act. Person 8 is an owner of the account or may authorize debits from it, and the transactions comply with US law.","version":"2026-11"},"received_at":1795532400}', 'already_linked', 'acct_7223e0887b3943a6be4686b93fdfc77a', 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1795532400, 1795532400, 'link', NULL, NULL);
INSERT INTO "link_attempt" VALUES ('link_a25701eda49546fa91c6360c9fc446bf', 'cust_8cb9cc4b6293443ba0f7afbe74ad60b3', 'current', 'exchanged', 'demo', '192.0.2.1', NULL, X'67414141414142724334675F6F4574596342574B3431653863554E4F486A566F4B54533246725332517776667A5A7763772D45746754616152304B41374C4C6654746B2D695361376C7536494431562D34785549576F49546C645444576D713065513D3D', 1795550400, 'outcome-0008', 'session-1', 'ins_1', 'First Platypus Bank', '[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}]', 'acc-1', NULL, '{"authorization":{"language":"en","text":"By continuing, Person 9 authorizes Acme Payments to debit the bank account chosen in the next step electronically (ACH) for amounts owed for Acme Payments''s goods or services, each for the amount agreed and on or after its due date, and, where a debit was made in error, to credit the account for its correction. Debits may vary in amount and frequency; Acme Payments announces the amount and date of each one. This authorization stays in force until Person 9 revokes it by telling Acme Payments, giving it a reasonable time, at least three business days, to act. Person 9 is an owner of the account or may authorize debits from it, and the transactions comply with US law.","version":"2026-11"},"ip_address":"203.0.113.9","received_at":1795532400,"user_agent":"Mozilla/5.0"}', NULL, NULL, 0, 1795532400, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'item_776ab2ea067246db9f3b89120f5f0090', NULL, '{"action":"Give Plaid''s support the request id.","code":"unreachable","meaning":"","provider":"plaid","request_id":"req-lost","what":"No answer."}', NULL, NULL, 1795532400, 1795532400, 'link', NULL, NULL);
INSERT INTO "link_attempt" VALUES ('link_73fb87618e0949a7b2ae1887bc5e6092', 'cust_9b63df65eead4f53932e02f58d812064', 'current', 'exchanged', 'demo', '192.0.2.1', NULL, X'67414141414142724334675F3443574C614A664F64724445716B75616358304B59477A50763741356D634D39675A4B674E2D303177464B4A475A54557734546D4E69434B7A717A696568636F533637316F5263594A5933695A2D66567459535446773D3D', 1795550400, 'outcome-0009', 'session-1', 'ins_1', 'First Platypus Bank', '[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}]', 'acc-1', NULL, '{"authorization":{"language":"en","text":"By continuing, Person 10 authorizes Acme Payments to debit the bank account chosen in the next step electronically (ACH) for amounts owed for Acme Payments''s goods or services, each for the amount agreed and on or after its due date, and, where a debit was made in error, to credit the account for its correction. Debits may vary in amount and frequency; Acme Payments announces the amount and date of each one. This authorization stays in force until Person 10 revokes it by telling Acme Payments, giving it a reasonable time, at least three business days, to act. Person 10 is an owner of the account or may authorize debits from it, and the transactions comply with US law.","version":"2026-11"},"ip_address":"203.0.113.9","received_at":1795532400,"user_agent":"Mozilla/5.0"}', NULL, NULL, 0, 1795532400, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'item_bc5183120f0746779aa8c01f061f8b88', NULL, NULL, 'elsewhere/1/process/run', 1795532580, 1795532400, 1795532400, 'link', NULL, NULL);
INSERT INTO "link_attempt" VALUES ('link_ab74030b8e604036875c8d9952486be4', 'cust_dd21cf77d6ca47b4beef3f9c626c3440', 'current', 'tokenized', 'demo', '192.0.2.1', NULL, X'67414141414142724334675F4C587531674E37637A464B454E75627635326E3955425A2D787551484358725F506C77585645686F6C5F672D4961676B553875564C6577516E364435374672667179324B70706C3379586D5130444A426465775A47413D3D', 1795550400, 'outcome-0010', 'session-1', 'ins_1', 'First Platypus Bank', '[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}]', 'acc-1', NULL, '{"authorization":{"language":"en","text":"By continuing, Person 11 authorizes Acme Payments to debit the bank account chosen in the next step electronically (ACH) for amounts owed for Acme Payments''s goods or services, each for the amount agreed and on or after its due date, and, where a debit was made in error, to credit the account for its correction. Debits may vary in amount and frequency; Acme Payments announces the amount and date of each one. This authorization stays in force until Person 11 revokes it by telling Acme Payments, giving it a reasonable time, at least three business days, to act. Person 11 is an owner of the account or may authorize debits from it, and the transactions comply with US law.","version":"2026-11"},"ip_address":"203.0.113.9","received_at":1795532400,"user_agent":"Mozilla/5.0"}', NULL, NULL, 0, 1795532400, NULL, X'67414141414142724334675F7371656E735A3253757963582D54666C77746431575F51424361444E75793549585A2D47724C6B6D6C41504B705236757332753732376F4931315144344D5452325F67504D6241756D5A446163746A4D756D756F50413D3D', NULL, NULL, NULL, NULL, NULL, NULL, 'item_dd318fe1945a4e9c905bc96c2f2b3c80', NULL, '{"action":"Give Stripe''s support the request id.","code":"unreachable","meaning":"","provider":"stripe","request_id":"req-lost","what":"No answer."}', NULL, NULL, 1795532400, 1795532400, 'link', NULL, NULL);
INSERT INTO "link_attempt" VALUES ('link_d14dd95545d44bd8bfa53afd19226d49', 'cust_f6cf72e56b4f40c692432d5514b0b543', 'current', 'tokenized', 'demo', '192.0.2.1', NULL, X'67414141414142724334675F626A48703145597575392D46346A6B6E7263775769505149645A6D724879524757713263535562595A56354C774173747742684D5141476F4F5A7465386A3678436E586C6B7A416B59737A4C6F4D45635F6564536D513D3D', 1795550400, 'outcome-0011', 'session-1', 'ins_1', 'First Platypus Bank', '[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}]', 'acc-1', NULL, '{"authorization":{"language":"en","text":"By continuing, Person 12 authorizes Acme Payments to debit the bank account chosen in the next step electronically (ACH) for amounts owed for Acme Payments''s goods or services, each for the amount agreed and on or after its due date, and, where a debit was made in error, to credit the account for its correction. Debits may vary in amount and frequency; Acme Payments announces the amount and date of each one. This authorization stays in force until Person 12 revokes it by telling Acme Payments, giving it a reasonable time, at least three business days, to act. Person 12 is an owner of the account or may authorize debits from it, and the transactions comply with US law.","version":"2026-11"},"ip_address":"203.0.113.9","received_at":1795532400,"user_agent":"Mozilla/5.0"}', NULL, NULL, 0, 1795532400, NULL, X'67414141414142724334675F656739714C58486F387463315864767578464D384C347268584F74386E4C55355757784A6763706F334F6C766244322D3966554A787872696267475461586A4E4E314B3255396876793076474A527770765648656E413D3D', NULL, NULL, NULL, NULL, NULL, NULL, 'item_917cd09b29e34a2593267d41cdb5278b', NULL, NULL, NULL, NULL, 1795532400, 1795532400, 'link', NULL, NULL);
INSERT INTO "link_attempt" VALUES ('link_a40093c475514344962e437b2b81cb32', 'cust_70d14987773140e6aa5d673eeeb3b00d', 'current', 'tokenized', 'demo', '192.0.2.1', NULL, X'67414141414142724334675F4F36777A4C716A687767474336506165484476505F454B7254416E6F6A6A7A77363255356F3166437159615332556A54704B727A4B7632396B354C4654544147684A547433727730514A714D4537336F5943415232773D3D', 1795550400, 'outcome-0012', 'session-1', 'ins_1', 'First Platypus Bank', '[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}]', 'acc-1', NULL, '{"authorization":{"language":"en","text":"By continuing, Person 13 authorizes Acme Payments to debit the bank account chosen in the next step electronically (ACH) for amounts owed for Acme Payments''s goods or services, each for the amount agreed and on or after its due date, and, where a debit was made in error, to credit the account for its correction. Debits may vary in amount and frequency; Acme Payments announces the amount and date of each one. This authorization stays in force until Person 13 revokes it by telling Acme Payments, giving it a reasonable time, at least three business days, to act. Person 13 is an owner of the account or may authorize debits from it, and the transactions comply with US law.","version":"2026-11"},"received_at":1795532400}', 'choose_stripe_customer', NULL, 0, 1795532400, NULL, X'67414141414142724334675F7770685A7672486B63467369484956547278446C585F484A5044352D4D6E4C70643950364867554A4359687A7A6E333376313245777465656C5F47716F714E714E584C6D2D6A3975626D4D304E564D5F62742D2D31673D3D', NULL, NULL, NULL, NULL, NULL, NULL, 'item_d4e82fb00e1643aaa6b0482246e41c96', NULL, NULL, NULL, NULL, 1795532400, 1795532400, 'link', NULL, NULL);
INSERT INTO "link_attempt" VALUES ('link_e195d3d6f7674151ab401ba0b82ea8b3', 'cust_bd0f50b6888d40c988988c01bf6121bf', 'current', 'customer', 'demo', '192.0.2.1', NULL, X'67414141414142724334675F6A6955662D4A4E74674230526754343979636D726B346575424F774645747838726244714D6E6D30695855525A4B705F5479374D745856776A796C68326131305F32496A67537A4A56323576697973456441774E39513D3D', 1795550400, 'outcome-0013', 'session-1', 'ins_1', 'First Platypus Bank', '[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}]', 'acc-1', NULL, '{"authorization":{"language":"en","text":"By continuing, Person 14 authorizes Acme Payments to debit the bank account chosen in the next step electronically (ACH) for amounts owed for Acme Payments''s goods or services, each for the amount agreed and on or after its due date, and, where a debit was made in error, to credit the account for its correction. Debits may vary in amount and frequency; Acme Payments announces the amount and date of each one. This authorization stays in force until Person 14 revokes it by telling Acme Payments, giving it a reasonable time, at least three business days, to act. Person 14 is an owner of the account or may authorize debits from it, and the transactions comply with US law.","version":"2026-11"},"ip_address":"203.0.113.9","received_at":1795532400,"user_agent":"Mozilla/5.0"}', NULL, NULL, 0, 1795532400, NULL, X'67414141414142724334675F416E3961644C334D396C2D3755754E346368384C374145395966594B6C46724C70656346725744785F564F30363277356B434B316959444F342D5777584858337A667A4F6C4462384446416B6D7456345656527375413D3D', 'key_e517440a861e4a19a52e957bf94b3634', 1795532400, NULL, NULL, NULL, NULL, 'item_7dc62dbe64104e3a9e20426e45f099c6', NULL, '{"action":"Give Stripe''s support the request id.","code":"unreachable","meaning":"","provider":"stripe","request_id":"req-lost","what":"No answer."}', NULL, NULL, 1795532400, 1795532400, 'link', NULL, NULL);
INSERT INTO "link_attempt" VALUES ('link_e31700ccecc4475794c055bc6b321807', 'cust_b6a7896727264fd8a5a0c7e61d3902f3', 'current', 'customer', 'demo', '192.0.2.1', NULL, X'67414141414142724334675F4E6F72304B386C4963397176624737757734773145683251346A316741746C495F42644F474931306437456A6B36696B596248434436793251507943773546544357586F4635592D625A3247612D6C795354466573673D3D', 1795550400, 'outcome-0014', 'session-1', 'ins_1', 'First Platypus Bank', '[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}]', 'acc-1', NULL, '{"authorization":{"language":"en","text":"By continuing, Person 15 authorizes Acme Payments to debit the bank account chosen in the next step electronically (ACH) for amounts owed for Acme Payments''s goods or services, each for the amount agreed and on or after its due date, and, where a debit was made in error, to credit the account for its correction. Debits may vary in amount and frequency; Acme Payments announces the amount and date of each one. This authorization stays in force until Person 15 revokes it by telling Acme Payments, giving it a reasonable time, at least three business days, to act. Person 15 is an owner of the account or may authorize debits from it, and the transactions comply with US law.","version":"2026-11"},"ip_address":"203.0.113.9","received_at":1795532400,"user_agent":"Mozilla/5.0"}', NULL, NULL, 0, 1795532400, NULL, X'674141414141427243346841713974356C67757A5A684255445975413346504879304F4476676E65494A4F353568436E5470624961395769737A4A376275586F63426452726672703162324178446B466A6D69736B62504B6231442D3173554B6E673D3D', 'key_7bb4003a905042259df58616be74cfeb', 1795532400, NULL, NULL, NULL, NULL, 'item_ea3939cc69a04293ad4c6696c7eddcb4', NULL, NULL, 'elsewhere/1/process/run', 1795532580, 1795532400, 1795532400, 'link', NULL, NULL);
INSERT INTO "link_attempt" VALUES ('link_e845b41da36f46c2b916acc44159a4c3', 'cust_3ef7d61730e64cc6a7f1c278fcc979a2', 'current', 'attached', 'demo', '192.0.2.1', NULL, X'674141414141427243346841765869396A4B64336E58777070616B55532D6E6A5766316262384573474F6176643167624E48785266662D5A70725546304E58446C32515633664B6F416B6A4555776C6163452D75347A4F4C2D436C6C74425A656A513D3D', 1795550400, 'outcome-0015', 'session-1', 'ins_1', 'First Platypus Bank', '[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}]', 'acc-1', NULL, '{"authorization":{"language":"en","text":"By continuing, Person 16 authorizes Acme Payments to debit the bank account chosen in the next step electronically (ACH) for amounts owed for Acme Payments''s goods or services, each for the amount agreed and on or after its due date, and, where a debit was made in error, to credit the account for its correction. Debits may vary in amount and frequency; Acme Payments announces the amount and date of each one. This authorization stays in force until Person 16 revokes it by telling Acme Payments, giving it a reasonable time, at least three business days, to act. Person 16 is an owner of the account or may authorize debits from it, and the transactions comply with US law.","version":"2026-11"},"ip_address":"203.0.113.9","received_at":1795532400,"user_agent":"Mozilla/5.0"}', NULL, NULL, 0, 1795532400, NULL, NULL, 'key_74ce925c68874f709412f37aa6204959', 1795532400, NULL, NULL, NULL, NULL, 'item_2dad5328b09d47b680922dd80097a2a6', 'acct_c6619d8ab0d842d18c638de370684a83', '{"action":"Give Stripe''s support the request id.","code":"unreachable","meaning":"","provider":"stripe","request_id":"req-lost","what":"No answer."}', NULL, NULL, 1795532400, 1795532400, 'link', NULL, NULL);
INSERT INTO "link_attempt" VALUES ('link_fc86700bd2744fea8fda9baaa1f385eb', 'cust_c4ce6290001e499795d3f5e9eb963ed8', 'current', 'attached', 'demo', '192.0.2.1', NULL, X'67414141414142724334684169694646464653796F4C57646E3569674651544D7154644D477571496551495F35586C67514E3735466172704C415866514E75427571536B4A574A7547624A7A723749397A50597A6C7042526D6872756B42557A56413D3D', 1795550400, 'outcome-0016', 'session-1', 'ins_1', 'First Platypus Bank', '[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}]', 'acc-1', NULL, '{"authorization":{"language":"en","text":"By continuing, Person 17 authorizes Acme Payments to debit the bank account chosen in the next step electronically (ACH) for amounts owed for Acme Payments''s goods or services, each for the amount agreed and on or after its due date, and, where a debit was made in error, to credit the account for its correction. Debits may vary in amount and frequency; Acme Payments announces the amount and date of each one. This authorization stays in force until Person 17 revokes it by telling Acme Payments, giving it a reasonable time, at least three business days, to act. Person 17 is an owner of the account or may authorize debits from it, and the transactions comply with US law.","version":"2026-11"},"ip_address":"203.0.113.9","received_at":1795532400,"user_agent":"Mozilla/5.0"}', NULL, NULL, 0, 1795532400, NULL, NULL, 'key_1ac44d08b4754e04ae0128c8d5024b07', 1795532400, 'key_80807cc7ea4f47fca744a6f36b64f916', '{"allowed_payment_method_types":["us_bank_account"],"confirm":true,"customer":"cus_7","mandate_data":{"customer_acceptance":{"accepted_at":1795532400,"online":{"ip_address":"203.0.113.9","user_agent":"Mozilla/5.0"},"type":"online"}},"metadata":{"ach_desk_link":"link_fc86700bd2744fea8fda9baaa1f385eb"},"payment_method":"ba_4"}', 1795532400, NULL, 'item_1e2b16a02d3f4630b2b93d289fa6565a', 'acct_af92131d34154b6e843c67c1ece0362b', NULL, 'elsewhere/1/process/run', 1795532580, 1795532400, 1795532400, 'link', NULL, NULL);
INSERT INTO "link_attempt" VALUES ('link_a0ed5abff6aa4e30a8058531f974be7f', 'cust_cb99984546c94221abbd5cf9fce6a59c', 'current', 'failed', 'demo', '192.0.2.1', NULL, X'67414141414142724334684142444E67394E665838616F4B6B616873616E756E6476735F743368774442347A6673755378686D733971672D6364796B5F774B634C483259473834746D304870634E486C50507A4C4245504F426836436F4A574D73673D3D', 1795550400, 'outcome-0017', 'session-1', 'ins_1', 'First Platypus Bank', '[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}]', 'acc-1', NULL, '{"authorization":{"language":"en","text":"By continuing, Person 18 authorizes Acme Payments to debit the bank account chosen in the next step electronically (ACH) for amounts owed for Acme Payments''s goods or services, each for the amount agreed and on or after its due date, and, where a debit was made in error, to credit the account for its correction. Debits may vary in amount and frequency; Acme Payments announces the amount and date of each one. This authorization stays in force until Person 18 revokes it by telling Acme Payments, giving it a reasonable time, at least three business days, to act. Person 18 is an owner of the account or may authorize debits from it, and the transactions comply with US law.","version":"2026-11"},"ip_address":"203.0.113.9","received_at":1795532400,"user_agent":"Mozilla/5.0"}', NULL, NULL, 0, 1795532400, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'exchanged', 'item_8ed6a254eda541699d742bd139693fda', NULL, '{"action":"Connect Stripe under Developers > Integrations in Plaid''s Dashboard, then resume.","code":"INVALID_PRODUCT","meaning":"Plaid makes no bank token for Stripe until it is.","provider":"plaid","request_id":"req-no","what":"Stripe is not connected in Plaid''s Dashboard, or a product is not enabled."}', NULL, NULL, 1795532400, 1795532400, 'link', NULL, NULL);
INSERT INTO "link_attempt" VALUES ('link_517774b2955a4ab0872da890b843a59f', 'cust_cda2d30955e04ba09e661b789fbe9628', 'current', 'failed', 'demo', '192.0.2.1', NULL, X'674141414141427243346841643534724E6D35725774664F796F2D7A46354D686A766B694F6A626151656D6468634C7331524A434B506774683269527361544D667278734C766C303679773157736A346E51635438574C4139316F753651464263673D3D', 1795550400, 'outcome-0018', 'session-1', 'ins_1', 'First Platypus Bank', '[{"id":"acc-3","mask":"3333","name":"Plaid Credit Card","subtype":"credit card","type":"credit"}]', 'acc-3', NULL, '{"authorization":{"language":"en","text":"By continuing, Person 19 authorizes Acme Payments to debit the bank account chosen in the next step electronically (ACH) for amounts owed for Acme Payments''s goods or services, each for the amount agreed and on or after its due date, and, where a debit was made in error, to credit the account for its correction. Debits may vary in amount and frequency; Acme Payments announces the amount and date of each one. This authorization stays in force until Person 19 revokes it by telling Acme Payments, giving it a reasonable time, at least three business days, to act. Person 19 is an owner of the account or may authorize debits from it, and the transactions comply with US law.","version":"2026-11"},"ip_address":"203.0.113.9","received_at":1795532400,"user_agent":"Mozilla/5.0"}', NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{"action":"Open Link again and pick a checking or savings account.","code":"not_depository","meaning":"ACH can debit depository accounts alone; nothing was linked and nothing is kept at Plaid.","provider":"","request_id":null,"what":"Plaid Credit Card (credit card) is not a checking or savings account."}', NULL, NULL, 1795532400, 1795532400, 'link', NULL, NULL);
INSERT INTO "link_attempt" VALUES ('link_46baac720d994e668d143a80592ddc63', 'cust_82121b14bf38496ebd5efe4c6f26879c', 'current', 'unknown', 'demo', '192.0.2.1', NULL, X'67414141414142724334684150746558474258534C725251426B7342354C5578746A536A67426478424C427833656F664865546F386E59585236484275356C43395F4A707A44725836715258574E4F55346D4A616963596248745F524D54745779673D3D', 1795550400, 'outcome-0019', 'session-1', 'ins_1', 'First Platypus Bank', '[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}]', 'acc-1', NULL, '{"authorization":{"language":"en","text":"By continuing, Person 20 authorizes Acme Payments to debit the bank account chosen in the next step electronically (ACH) for amounts owed for Acme Payments''s goods or services, each for the amount agreed and on or after its due date, and, where a debit was made in error, to credit the account for its correction. Debits may vary in amount and frequency; Acme Payments announces the amount and date of each one. This authorization stays in force until Person 20 revokes it by telling Acme Payments, giving it a reasonable time, at least three business days, to act. Person 20 is an owner of the account or may authorize debits from it, and the transactions comply with US law.","version":"2026-11"},"ip_address":"203.0.113.9","received_at":1795532400,"user_agent":"Mozilla/5.0"}', NULL, NULL, 0, 1795532400, 1795532400, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{"action":"Open Link again with the customer; Plaid''s support ends what is left over, by the link session id.","code":"exchange_lost","meaning":"A link from the bank is good once; the desk holds no token for it, and nothing was charged.","provider":"plaid","request_id":null,"what":"Plaid''s answer to the exchange was lost, so it is not known whether the bank was linked."}', NULL, NULL, 1795532400, 1795532400, 'link', NULL, NULL);
INSERT INTO "link_attempt" VALUES ('link_f5b349dccca0493c9cd4bafe41df0913', 'cust_4697f91af71e4cffbd8daceb49f5f1e1', 'current', 'authorized', 'demo', '192.0.2.1', NULL, X'6741414141414272433468416B3431397630714138644E74636A43396B5655636965567932435F43436C364E5745657A7471396A32717951767077357A3464495F7A307158766368563679516155593246306A7439552D784A61486D4532395154673D3D', 1795550400, 'outcome-0020', 'session-1', 'ins_1', 'First Platypus Bank', '[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}]', 'acc-1', NULL, '{"authorization":{"language":"en","text":"By continuing, Person 21 authorizes Acme Payments to debit the bank account chosen in the next step electronically (ACH) for amounts owed for Acme Payments''s goods or services, each for the amount agreed and on or after its due date, and, where a debit was made in error, to credit the account for its correction. Debits may vary in amount and frequency; Acme Payments announces the amount and date of each one. This authorization stays in force until Person 21 revokes it by telling Acme Payments, giving it a reasonable time, at least three business days, to act. Person 21 is an owner of the account or may authorize debits from it, and the transactions comply with US law.","version":"2026-11"},"ip_address":"203.0.113.9","received_at":1795532400,"user_agent":"Mozilla/5.0"}', NULL, NULL, 0, 1795532400, NULL, NULL, 'key_49987231f8fd4520946269a2dad29277', 1795532400, 'key_283e8bf308d74a729dc4457dc6e69851', '{"allowed_payment_method_types":["us_bank_account"],"confirm":true,"customer":"cus_8","mandate_data":{"customer_acceptance":{"accepted_at":1795532400,"online":{"ip_address":"203.0.113.9","user_agent":"Mozilla/5.0"},"type":"online"}},"metadata":{"ach_desk_link":"link_f5b349dccca0493c9cd4bafe41df0913"},"payment_method":"ba_5"}', 1795532400, NULL, 'item_68f889d749684dd2b5018e81b6f6ec1b', 'acct_a010943b3d184548b8045955c06c5471', NULL, NULL, NULL, 1795532400, 1795532400, 'link', NULL, NULL);
INSERT INTO "link_attempt" VALUES ('link_e179a18a91404746be2084216af37210', 'cust_4697f91af71e4cffbd8daceb49f5f1e1', 'current', 'received', 'demo', '192.0.2.1', NULL, X'6741414141414272433468414A3078326C497442394F717A6645666C4C5A36525A36615947327A5A6A7950574F5544634D425F6951767642363730636A3279434E52315641593279305672327465534934314B726932627638455548764D31492D413D3D', 1795550400, 'outcome-0021', 'session-1', 'ins_1', 'First Platypus Bank', '[]', NULL, NULL, '{}', NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'item_68f889d749684dd2b5018e81b6f6ec1b', NULL, '{"action":"Give Plaid''s support the request id.","code":"unreachable","meaning":"","provider":"plaid","request_id":"req-lost","what":"No answer."}', NULL, NULL, 1795532400, 1795532400, 'relink', NULL, NULL);
INSERT INTO "link_attempt" VALUES ('link_ffc00ab7b7a642fc8b224091dcacc283', 'cust_39d9c94cfcf54059b2b1fd797299d3e8', 'current', 'authorized', 'demo', '192.0.2.1', NULL, X'6741414141414272433468414A6A706D704B30776577333978716F6F4433375672354D43615231736C655F557152377635764A58647966586341326639714C484764337A57312D6B54702D39466F32574E584756516F304D466E414E384373456C673D3D', 1795550400, 'outcome-0022', 'session-1', 'ins_1', 'First Platypus Bank', '[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}]', 'acc-1', NULL, '{"authorization":{"language":"en","text":"By continuing, Person 22 authorizes Acme Payments to debit the bank account chosen in the next step electronically (ACH) for amounts owed for Acme Payments''s goods or services, each for the amount agreed and on or after its due date, and, where a debit was made in error, to credit the account for its correction. Debits may vary in amount and frequency; Acme Payments announces the amount and date of each one. This authorization stays in force until Person 22 revokes it by telling Acme Payments, giving it a reasonable time, at least three business days, to act. Person 22 is an owner of the account or may authorize debits from it, and the transactions comply with US law.","version":"2026-11"},"ip_address":"203.0.113.9","received_at":1795532400,"user_agent":"Mozilla/5.0"}', NULL, NULL, 0, 1795532400, NULL, NULL, 'key_f3405b6ca154434ab5bbea3d0d6bd447', 1795532400, 'key_bf6ba2ff86bc41bc8d850aeed61b8783', '{"allowed_payment_method_types":["us_bank_account"],"confirm":true,"customer":"cus_9","mandate_data":{"customer_acceptance":{"accepted_at":1795532400,"online":{"ip_address":"203.0.113.9","user_agent":"Mozilla/5.0"},"type":"online"}},"metadata":{"ach_desk_link":"link_ffc00ab7b7a642fc8b224091dcacc283"},"payment_method":"ba_6"}', 1795532400, NULL, 'item_881d762fdca84e719e5961bf84451582', 'acct_5a482a0c908644bdbb3ba217db9555e0', NULL, NULL, NULL, 1795532400, 1795532400, 'link', NULL, NULL);
INSERT INTO "link_attempt" VALUES ('link_eb34f14f537041f883724a680a81f0f5', 'cust_39d9c94cfcf54059b2b1fd797299d3e8', 'current', 'attached', 'demo', '192.0.2.1', NULL, NULL, NULL, NULL, NULL, 'ins_1', 'First Platypus Bank', '[]', 'acc-1', NULL, '{"accepted":"online","accepted_at":1795532400,"authorization":{"language":"en","text":"By continuing, Person 22 authorizes Acme Payments to debit the bank account chosen in the next step electronically (ACH) for amounts owed for Acme Payments''s goods or services, each for the amount agreed and on or after its due date, and, where a debit was made in error, to credit the account for its correction. Debits may vary in amount and frequency; Acme Payments announces the amount and date of each one. This authorization stays in force until Person 22 revokes it by telling Acme Payments, giving it a reasonable time, at least three business days, to act. Person 22 is an owner of the account or may authorize debits from it, and the transactions comply with US law.","version":"2026-11"},"carried_from":"mandate_4","ip_address":"203.0.113.9","received_at":1795532400,"user_agent":"Mozilla/5.0"}', NULL, NULL, 0, NULL, NULL, NULL, 'key_7652835e16a4479eb87d1309b5e3a156', 1795532400, NULL, NULL, NULL, NULL, 'item_881d762fdca84e719e5961bf84451582', 'acct_5a482a0c908644bdbb3ba217db9555e0', '{"action":"Give Stripe''s support the request id.","code":"unreachable","meaning":"","provider":"stripe","request_id":"req-lost","what":"No answer."}', NULL, NULL, 1795532400, 1795532400, 'renewal', NULL, 'ba_6');
INSERT INTO "link_outcome" VALUES ('outcome-exit', 'link_a6f7525ecafa45ba9aa10e949ae88d29', 'exit', NULL, '{"error":null,"metadata":{"status":"requires_code"}}', '[]', 1795532400);
INSERT INTO "link_outcome" VALUES ('outcome-0001', 'link_e5392e7da85d48daa5b388b61594b29d', 'success', '95e7dcafa4cb8ebe9749c18bddc9bf29f1e9e1d670817ac7d38a5f93d47fe9c5', '{"error":null,"metadata":{"accounts":[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"},{"id":"acc-2","mask":"1111","name":"Plaid Saving","subtype":"savings","type":"depository"}],"institution":{"institution_id":"ins_1","name":"First Platypus Bank"},"link_session_id":"session-1"}}', '[{"eventName":"OPEN"},{"eventName":"HANDOFF"}]', 1795532400);
INSERT INTO "link_outcome" VALUES ('outcome-0002', 'link_ab1eb25b293e4947826517c309ac2138', 'success', '3258c14b0ee100e4b3a3629f04a27f6ff97e43195952b1c9860c9614b4395e97', '{"error":null,"metadata":{"institution":{"institution_id":"ins_1","name":"Bank"}}}', '[{"eventName":"OPEN"},{"eventName":"HANDOFF"}]', 1795532400);
INSERT INTO "link_outcome" VALUES ('outcome-0003', 'link_c631be8b912146b2b076965433fd3d4b', 'success', '5cf1b2cf14bf4d7ab028582bed34ac4be0917b28d10c894945191321b2e53f17', '{"error":null,"metadata":{"accounts":[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}],"institution":{"institution_id":"ins_1","name":"First Platypus Bank"},"link_session_id":"session-1"}}', '[{"eventName":"OPEN"},{"eventName":"HANDOFF"}]', 1795532400);
INSERT INTO "link_outcome" VALUES ('outcome-0004', 'link_2cdc5ebab33e4898b800c1f83957e6ee', 'success', '03db3b08f5df80969bac5b4a55473e9c43ed0b5d429f81b527b2af7764860caf', '{"error":null,"metadata":{"accounts":[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}],"institution":{"institution_id":"ins_1","name":"First Platypus Bank"},"link_session_id":"session-1"}}', '[{"eventName":"OPEN"},{"eventName":"HANDOFF"}]', 1795532400);
INSERT INTO "link_outcome" VALUES ('outcome-0005', 'link_bdb10df9e2494e279f2b6046b3f296a6', 'success', '4eb4cd0d0d16155eff2e461a116a0100b2cd5629bf4d7ebf109e19785092d7a6', '{"error":null,"metadata":{"accounts":[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}],"institution":{"institution_id":"ins_1","name":"First Platypus Bank"},"link_session_id":"session-1"}}', '[{"eventName":"OPEN"},{"eventName":"HANDOFF"}]', 1795532400);
INSERT INTO "link_outcome" VALUES ('outcome-0006', 'link_c7696a6c968d4a9c96f4e52dd13f7fef', 'success', '2084ab14760f164e5e4199d2801c0594f6c50b2494e938b205e1c02f565aa8b4', '{"error":null,"metadata":{"accounts":[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}],"institution":{"institution_id":"ins_1","name":"First Platypus Bank"},"link_session_id":"session-1"}}', '[{"eventName":"OPEN"},{"eventName":"HANDOFF"}]', 1795532400);
INSERT INTO "link_outcome" VALUES ('outcome-0007', 'link_f2adf5e37365470393b3e303f11e328d', 'success', 'e024db9844902911d8b63130d561f7c48de8a50c6bc18005f184aa5fe2674f1f', '{"error":null,"metadata":{"accounts":[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}],"institution":{"institution_id":"ins_1","name":"First Platypus Bank"},"link_session_id":"session-1"}}', '[{"eventName":"OPEN"},{"eventName":"HANDOFF"}]', 1795532400);
INSERT INTO "link_outcome" VALUES ('outcome-0008', 'link_a25701eda49546fa91c6360c9fc446bf', 'success', 'e7628a0da720922c8efae17dc1706fbf474bbba538d92086bd0d3c35ea2cf90f', '{"error":null,"metadata":{"accounts":[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}],"institution":{"institution_id":"ins_1","name":"First Platypus Bank"},"link_session_id":"session-1"}}', '[{"eventName":"OPEN"},{"eventName":"HANDOFF"}]', 1795532400);
INSERT INTO "link_outcome" VALUES ('outcome-0009', 'link_73fb87618e0949a7b2ae1887bc5e6092', 'success', 'c65da7007bb8073edffc1dab43932e2e76eb806fdfafe84990eaaa670fa9b6d6', '{"error":null,"metadata":{"accounts":[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}],"institution":{"institution_id":"ins_1","name":"First Platypus Bank"},"link_session_id":"session-1"}}', '[{"eventName":"OPEN"},{"eventName":"HANDOFF"}]', 1795532400);
INSERT INTO "link_outcome" VALUES ('outcome-0010', 'link_ab74030b8e604036875c8d9952486be4', 'success', '5beb857ee824e736df8ff7caa77601c758d70898f410401eb8867fbae5a3e177', '{"error":null,"metadata":{"accounts":[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}],"institution":{"institution_id":"ins_1","name":"First Platypus Bank"},"link_session_id":"session-1"}}', '[{"eventName":"OPEN"},{"eventName":"HANDOFF"}]', 1795532400);
INSERT INTO "link_outcome" VALUES ('outcome-0011', 'link_d14dd95545d44bd8bfa53afd19226d49', 'success', '346a46845cb82ac6dce6cef771b44a2628062b72daad80566de879a6a6ca1596', '{"error":null,"metadata":{"accounts":[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}],"institution":{"institution_id":"ins_1","name":"First Platypus Bank"},"link_session_id":"session-1"}}', '[{"eventName":"OPEN"},{"eventName":"HANDOFF"}]', 1795532400);
INSERT INTO "link_outcome" VALUES ('outcome-0012', 'link_a40093c475514344962e437b2b81cb32', 'success', 'adc2cbb22e643d08b8d20bdde4edcaca3e81ecf56afad6f437fe5f366809312f', '{"error":null,"metadata":{"accounts":[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}],"institution":{"institution_id":"ins_1","name":"First Platypus Bank"},"link_session_id":"session-1"}}', '[{"eventName":"OPEN"},{"eventName":"HANDOFF"}]', 1795532400);
INSERT INTO "link_outcome" VALUES ('outcome-0013', 'link_e195d3d6f7674151ab401ba0b82ea8b3', 'success', 'b5ebd0b076f6a2ad12b10659d28832a75fa2153df51253ceed39c19aa8e0199b', '{"error":null,"metadata":{"accounts":[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}],"institution":{"institution_id":"ins_1","name":"First Platypus Bank"},"link_session_id":"session-1"}}', '[{"eventName":"OPEN"},{"eventName":"HANDOFF"}]', 1795532400);
INSERT INTO "link_outcome" VALUES ('outcome-0014', 'link_e31700ccecc4475794c055bc6b321807', 'success', '176f959f3d99c7e733fe3ada8ca67718f4a098b03cd438509e0cf5ba4d3885e4', '{"error":null,"metadata":{"accounts":[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}],"institution":{"institution_id":"ins_1","name":"First Platypus Bank"},"link_session_id":"session-1"}}', '[{"eventName":"OPEN"},{"eventName":"HANDOFF"}]', 1795532400);
INSERT INTO "link_outcome" VALUES ('outcome-0015', 'link_e845b41da36f46c2b916acc44159a4c3', 'success', 'c6ef2ee7e7358a148f07539e4daadecbe9a9e91b19ef986f3362fd29959dcac4', '{"error":null,"metadata":{"accounts":[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}],"institution":{"institution_id":"ins_1","name":"First Platypus Bank"},"link_session_id":"session-1"}}', '[{"eventName":"OPEN"},{"eventName":"HANDOFF"}]', 1795532400);
INSERT INTO "link_outcome" VALUES ('outcome-0016', 'link_fc86700bd2744fea8fda9baaa1f385eb', 'success', 'caf91277a31cc8e7297164991f5c382b23ed918570e36afe2c80cef61c4abb3b', '{"error":null,"metadata":{"accounts":[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}],"institution":{"institution_id":"ins_1","name":"First Platypus Bank"},"link_session_id":"session-1"}}', '[{"eventName":"OPEN"},{"eventName":"HANDOFF"}]', 1795532400);
INSERT INTO "link_outcome" VALUES ('outcome-0017', 'link_a0ed5abff6aa4e30a8058531f974be7f', 'success', 'd6cbdac08cdda41170574b63d2c71a70499af34a69efc80211f61ef98337980c', '{"error":null,"metadata":{"accounts":[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}],"institution":{"institution_id":"ins_1","name":"First Platypus Bank"},"link_session_id":"session-1"}}', '[{"eventName":"OPEN"},{"eventName":"HANDOFF"}]', 1795532400);
INSERT INTO "link_outcome" VALUES ('outcome-0018', 'link_517774b2955a4ab0872da890b843a59f', 'success', '39e4254c26605eaba376b827a1e22e2eaa9860dd893ffa202dab503628a8d935', '{"error":null,"metadata":{"accounts":[{"id":"acc-3","mask":"3333","name":"Plaid Credit Card","subtype":"credit card","type":"credit"}],"institution":{"institution_id":"ins_1","name":"First Platypus Bank"},"link_session_id":"session-1"}}', '[{"eventName":"OPEN"},{"eventName":"HANDOFF"}]', 1795532400);
INSERT INTO "link_outcome" VALUES ('outcome-0019', 'link_46baac720d994e668d143a80592ddc63', 'success', '9830c2e6ccc2ea1189354cf094e40047d0af3fdabc6858bcbcc3a4447964bbc6', '{"error":null,"metadata":{"accounts":[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}],"institution":{"institution_id":"ins_1","name":"First Platypus Bank"},"link_session_id":"session-1"}}', '[{"eventName":"OPEN"},{"eventName":"HANDOFF"}]', 1795532400);
INSERT INTO "link_outcome" VALUES ('outcome-0020', 'link_f5b349dccca0493c9cd4bafe41df0913', 'success', 'b04fb2221a32cf80918e52a4dbf8a09010fbe80c262932aacdcd842b08e9f5a7', '{"error":null,"metadata":{"accounts":[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}],"institution":{"institution_id":"ins_1","name":"First Platypus Bank"},"link_session_id":"session-1"}}', '[{"eventName":"OPEN"},{"eventName":"HANDOFF"}]', 1795532400);
INSERT INTO "link_outcome" VALUES ('outcome-0021', 'link_e179a18a91404746be2084216af37210', 'success', '1c379d51f0a0aed9a66b69d971485dfee97dcf2d3d946c6ffc3f998ccd81219a', '{"error":null,"metadata":{"accounts":[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}],"institution":{"institution_id":"ins_1","name":"First Platypus Bank"},"link_session_id":"session-1"}}', '[{"eventName":"OPEN"},{"eventName":"HANDOFF"}]', 1795532400);
INSERT INTO "link_outcome" VALUES ('outcome-0022', 'link_ffc00ab7b7a642fc8b224091dcacc283', 'success', '8aa33ff54c8675b1392c492b8c4676593c5aca6e83b8c5ab6709dc02364ae0e4', '{"error":null,"metadata":{"accounts":[{"id":"acc-1","mask":"0000","name":"Plaid Checking","subtype":"checking","type":"depository"}],"institution":{"institution_id":"ins_1","name":"First Platypus Bank"},"link_session_id":"session-1"}}', '[{"eventName":"OPEN"},{"eventName":"HANDOFF"}]', 1795532400);
INSERT INTO "mandate" VALUES ('mnd_eaa6962eab36495cad8e64828bd88adc', 'acct_7223e0887b3943a6be4686b93fdfc77a', 'cust_3c4da4d571e2494d95735e40e3534ae4', 'mandate_1', 'seti_1', 'active', 'online', 1795532400, 'By continuing, Person 8 authorizes Acme Payments to debit the bank account chosen in the next step electronically (ACH) for amounts owed for Acme Payments''s goods or services, each for the amount agreed and on or after its due date, and, where a debit was made in error, to credit the account for its correction. Debits may vary in amount and frequency; Acme Payments announces the amount and date of each one. This authorization stays in force until Person 8 revokes it by telling Acme Payments, giving it a reasonable time, at least three business days, to act. Person 8 is an owner of the account or may authorize debits from it, and the transactions comply with US law.', '2026-11', '{"ip_address":"203.0.113.9","received_at":1795532400,"user_agent":"Mozilla/5.0"}', 'demo', '192.0.2.1', 'session-1', 1795532400);
INSERT INTO "mandate" VALUES ('mnd_f82101637bf246d4ac34363bfcf2c062', 'acct_a010943b3d184548b8045955c06c5471', 'cust_4697f91af71e4cffbd8daceb49f5f1e1', 'mandate_3', 'seti_3', 'active', 'online', 1795532400, 'By continuing, Person 21 authorizes Acme Payments to debit the bank account chosen in the next step electronically (ACH) for amounts owed for Acme Payments''s goods or services, each for the amount agreed and on or after its due date, and, where a debit was made in error, to credit the account for its correction. Debits may vary in amount and frequency; Acme Payments announces the amount and date of each one. This authorization stays in force until Person 21 revokes it by telling Acme Payments, giving it a reasonable time, at least three business days, to act. Person 21 is an owner of the account or may authorize debits from it, and the transactions comply with US law.', '2026-11', '{"ip_address":"203.0.113.9","received_at":1795532400,"user_agent":"Mozilla/5.0"}', 'demo', '192.0.2.1', 'session-1', 1795532400);
INSERT INTO "mandate" VALUES ('mnd_a9abfe17a4bb4270873b88538b99bd42', 'acct_5a482a0c908644bdbb3ba217db9555e0', 'cust_39d9c94cfcf54059b2b1fd797299d3e8', 'mandate_4', 'seti_4', 'inactive', 'online', 1795532400, 'By continuing, Person 22 authorizes Acme Payments to debit the bank account chosen in the next step electronically (ACH) for amounts owed for Acme Payments''s goods or services, each for the amount agreed and on or after its due date, and, where a debit was made in error, to credit the account for its correction. Debits may vary in amount and frequency; Acme Payments announces the amount and date of each one. This authorization stays in force until Person 22 revokes it by telling Acme Payments, giving it a reasonable time, at least three business days, to act. Person 22 is an owner of the account or may authorize debits from it, and the transactions comply with US law.', '2026-11', '{"ip_address":"203.0.113.9","received_at":1795532400,"user_agent":"Mozilla/5.0"}', 'demo', '192.0.2.1', 'session-1', 1795532400);
INSERT INTO "audit_head" VALUES (1, 147, 'da52b45adfbd7208d011688a353fdfc7090dd594d893ff8ff135f35aea09d833');
INSERT INTO "customer_key" VALUES ('cust_192dcc287bf04e9db66decb1f2c635bb', X'67414141414142724334675F383030666C6456437A74414C57467451526772704F496479326D4E6C516C6C30337057647A6C444C32417574536F77476D6555504B6E762D37564B5870737363617A65706D32355F436472714B7A6B3444596837645A5774766E4733336748432D6769596F745A4E455F76436B6C5654447674456E5947354E7657514B4A366B');
INSERT INTO "customer_key" VALUES ('cust_66b0f260800447769a8334b99093204c', X'67414141414142724334675F6977546732644D6761423639344947306276464B6F6C63683044534A77386C632D6F64484E305535584F766A513145345941384844584C5A655148454D34446C596B36334E564B71465879784458437A4E594674613531724F6B7734467963477A73305F426F544F392D476D795152356D58567363784E5A415F79483074564C');
INSERT INTO "customer_key" VALUES ('cust_3c8033c4aca54aabb3b90f7e7d025df8', X'67414141414142724334675F53416B34593657337036346E4A536F525A75697378363174373878426C6570446131514B78724469554C4A507370646B754836463767636977545332476355553763696E436D4C5666496B6A2D786472624E54552D444A46773679444B6779733671623030596F634B474F345830776A795576437554396C6B6934507A745747');
INSERT INTO "customer_key" VALUES ('cust_8b00cba644064aa19d95f0359f095264', X'67414141414142724334675F7269494D5652303275616169726A587A7743716B6B6B334668437235614B6D6A777951646A6E587133304A69595F63415469455A637343435832414B584657556174466451446869646E6161744147315247455F51667662426F386774476F4F535F526742756250326B6B41555172333664663566474E59775A6F6334514B61');
INSERT INTO "customer_key" VALUES ('cust_e31455710418408e80e885b51ea98111', X'67414141414142724334675F4F6C70414447696F4D6D494E7043336C6B776575746F4A5033796B42524F2D49707174457141794F43373746656A6E6B5278526D376D414C4F764E32525A3151505268354543366269315633664B4A49455F4C6451685F7A46567331684745696F536174694855685A49666679526A317173596947615769647A436B72617638');
INSERT INTO "customer_key" VALUES ('cust_52fd5bee44554186bbb5a694b69139ea', X'67414141414142724334675F41736E446F715F39372D33643546596D48307377306F7768737779664D6A37555866576C6638706576415A7A78743337735131764F6A70666B50735848304C4175365A6632544455537947755F666F5667694B4361647067396969713366777677754E32415F5F524757375F7945503775453042676F764C7942476B2D347335');
INSERT INTO "customer_key" VALUES ('cust_07f86ed3f722460693274de49d0fcd0f', X'67414141414142724334675F3144693562775A5F443942356E4E74495479596A43386C6F30786D4F577053725047503278307574792D544962437333434E634F7249464767767332314D62416E3251717238454B56676D4377397A4658386E374B496F6671546C4D555F466C4C356C726E726F584B703042776A4E4F686133763950614235586D682D42524C');
INSERT INTO "customer_key" VALUES ('cust_1b1fd7ebdcc9459fb88467a58249f71c', X'67414141414142724334675F6E654D475753736370494E506E55414935485652444D49637333754535744D35424B486F6D6B4247697538414C474B5568395048416D545770687259436356693541366B727846536A49767156597A3737733145624E43336A7875323759586C484846596F6F3832695F4D2D582D54722D44493433486556414B3975444F504D');
INSERT INTO "customer_key" VALUES ('cust_3c4da4d571e2494d95735e40e3534ae4', X'67414141414142724334675F444E684161534E4A554A7A777A346F4162745F7A415061367847614C48666769372D675949516846633361434C7077797474756E544162645F324E41315F6443634A5563304278714B587577545F386D4534426C5362747447644A5855746B72716470696C3754697847352D774252474C673149577655525F4A493657324376');
INSERT INTO "customer_key" VALUES ('cust_8cb9cc4b6293443ba0f7afbe74ad60b3', X'67414141414142724334675F32386D77595F61646957516C3032544D356858354C6A696D477A65506852416D5055336B77546C66566A686B7671785737653852345A5A56474E594E6D6A6C4A542D36476B6431713271774167725A727663524457664D7866373758384C7A33777A306442726F58496D6267717A326747534F7854504B377546644E796D346A');
INSERT INTO "customer_key" VALUES ('cust_9b63df65eead4f53932e02f58d812064', X'67414141414142724334675F7A7479465A4765567A3739506F5466424B6B30673775555F337755325A2D456C76463331494D5065664B62715471432D7A5479444548695A6E4E63716E4C375848685F353439316266483644504A78315878764869684D753142694F39465A4A32386F37656A494D7850636B626865346130527350384A74752D6C6777637768');
INSERT INTO "customer_key" VALUES ('cust_dd21cf77d6ca47b4beef3f9c626c3440', X'67414141414142724334675F547A4A4432645F39354244656965493439624C61354F417441672D665648316952324E30516C6E585F626261424E73333549366D34756F685963553335393030475030654E68774F6C44335972666F6356725F6733556F454E6D4C7A6C37454F4A6E36673577724974544942626B6D6F66714B5A4B48574E39796D6531376F6E');
INSERT INTO "customer_key" VALUES ('cust_f6cf72e56b4f40c692432d5514b0b543', X'67414141414142724334675F424272332D302D313851616345454E636655386573366F47415246716675427A596C75307945527A496A3879495831625A505252633775614E6A416F4B7743485F4E5A774F3850662D4E6E494449724461397643554D344E3034584C6A44374463346C483442384D45652D5A543071446A626B49374B68416867766475564D61');
INSERT INTO "customer_key" VALUES ('cust_70d14987773140e6aa5d673eeeb3b00d', X'67414141414142724334675F784F545A584758694379634845563367554B4A4E4E47655172696939433973546A324C617331317A36386B4E78694D4D425368732D695A364350697A45346632644B6365497241705339706359345A76517377316E474F597A64634855564E616E5F67624C506D7A4B7A6862416354674A5652333375547A4231477A76352D49');
INSERT INTO "customer_key" VALUES ('cust_bd0f50b6888d40c988988c01bf6121bf', X'67414141414142724334675F797851703470685F5A4375535072446F48717733536C506A385A5A3559395451456752337345706F497135554F61346D4768504949374F6F716D6E39766B69724E6564354F4764634E4555734B697362616D2D747538734F69317A716D393341683434424A5A7654484962666B56386F502D5453504A66616859746747445734');
INSERT INTO "customer_key" VALUES ('cust_b6a7896727264fd8a5a0c7e61d3902f3', X'67414141414142724334675F31765A7158466D726A447763336D517859414371624649595F304972364635762D6845733673544365636E79355465596943485134714C4D784856347056564A446D6A654242766679664E3764773545553774495438665A724C4A6F446643326C4D4E4B316E5035794B6578577878715749524A534D693432374C695A735A74');
INSERT INTO "customer_key" VALUES ('cust_3ef7d61730e64cc6a7f1c278fcc979a2', X'674141414141427243346841656A46746F323678504B6177717762716E555758534643393437717867763065594E51566E334A493556714E6870674A453743784D576E7374487244646332686A2D4366737A576150345A76626C725A41506B36477752504664517959645A503257743977664836342D663375394F4C6132314B385A4868764B706565454B51');
INSERT INTO "customer_key" VALUES ('cust_c4ce6290001e499795d3f5e9eb963ed8', X'674141414141427243346841526E746757447569646D396A7A305F6F3264487433355F5F6F7079686838684B476739584D55446A79436F424662783050506B676D766B315848376554396C676E3361625F7A6D6356667946724F756275426A7134524F53574C6D3451306F367162493279434A4A784E732D4959455A504C637430537A6F4B6333714D777766');
INSERT INTO "customer_key" VALUES ('cust_cb99984546c94221abbd5cf9fce6a59c', X'674141414141427243346841412D315137415933494476395277582D4F6B733146366D6770666E49333678714C6F57544B517A6D494778777370594D5F6B752D595A7537385158623837662D3478533755677936304A66455667327A3857347A4443724147666F37396450697A5472514F574C335F327434734930525F5A5F7A49394A7063777277304C736C');
INSERT INTO "customer_key" VALUES ('cust_cda2d30955e04ba09e661b789fbe9628', X'674141414141427243346841644A6476456E4163453538754339426D7177507A6D455A314D6F454F2D7544596B35356333564F4A4B706959686D37735F4A6C395F78526D6C39304D664D6A6A5438504A59515867492D6B664C78777A6A2D432D656756684F70794A48354A53753864336A42686C65735335717554474A4D7244634752506B475A4855773142');
INSERT INTO "customer_key" VALUES ('cust_82121b14bf38496ebd5efe4c6f26879c', X'67414141414142724334684148393637777674514552415F794C45336C513452513678597056375A714F5344482D7949674854646C743665796967384E797377314F7355614B7A413970594868396E44734F49594C6A31467A734C4C71314A4E505367497351794A4E4C537672307648304842386650616976383139596E30797163534C794D502D39316565');
INSERT INTO "customer_key" VALUES ('cust_4697f91af71e4cffbd8daceb49f5f1e1', X'674141414141427243346841764B545366693859624F5065324E7446347A50463137394A5552774E37507A387664714A4867574C6F41726445677172734E64422D712D6A41742D336E42486746546C4F384D616A754F304742394D7731635F4F34546F36724C6E74794A7872576B546D475558563331672D7A6B574B76586C72596E7777696D66614F4F5076');
INSERT INTO "customer_key" VALUES ('cust_39d9c94cfcf54059b2b1fd797299d3e8', X'674141414141427243346841586A427A42463155344644314472355A354B63696A566E6D76596863365479392D4931516659746C56537230383672746F6233476B48355F6B52444D7132675F2D6E73506D38522D7A45556442413143484A707348506C583377574935336C6F5F545938554976363568533074445A336B394731624D33334E4E307A4A524977');
INSERT INTO "customer_telling" VALUES ('cust_3c4da4d571e2494d95735e40e3534ae4', 'tell_34abb4ce9fb64b1d881025b59c9bf013', '{"action":"Give Stripe''s support the request id.","code":"unreachable","meaning":"","provider":"stripe","request_id":"req-lost","what":"No answer."}', 0, 1795532460, 1795532400);
INSERT INTO "customer_telling" VALUES ('cust_4697f91af71e4cffbd8daceb49f5f1e1', 'tell_8eeb1fe99e784c3294df41eee8db656a', '{"action":"Correct the e-mail, then resume.","code":"email_invalid","meaning":"Nothing was linked.","provider":"stripe","request_id":"req-no","what":"Stripe does not accept the customer''s e-mail."}', 1, 1795532460, 1795532400);
INSERT INTO "item_health" VALUES ('item_a7dec452925a42a782d2a953fe543734', NULL, NULL, NULL, 1795532400, 1795532400, 1795532400, 0, NULL);
INSERT INTO "item_health" VALUES ('item_68f889d749684dd2b5018e81b6f6ec1b', NULL, NULL, NULL, NULL, NULL, 1795532400, 0, NULL);
INSERT INTO "item_health" VALUES ('item_881d762fdca84e719e5961bf84451582', NULL, NULL, NULL, NULL, NULL, 1795532400, 0, NULL);
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE INDEX audit_subject ON audit(subject, seq);
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
CREATE INDEX audit_at ON audit(at);
CREATE INDEX audit_actor ON audit(actor COLLATE NOCASE, seq);
CREATE INDEX audit_action ON audit(action, seq);
CREATE INDEX erasure_open ON erasure(next_at) WHERE stage <> 'done';
CREATE INDEX kept_proof_until ON kept_proof(keep_until);
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
CREATE TRIGGER audit_keeps BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
CREATE TRIGGER audit_stays BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
CREATE TRIGGER audit_counts AFTER INSERT ON audit BEGIN
      UPDATE audit_head SET seq = NEW.seq, digest = NEW.digest;
    END;
CREATE TRIGGER audit_head_goes_on BEFORE UPDATE ON audit_head WHEN NEW.seq <= OLD.seq BEGIN
      SELECT RAISE(ABORT, 'the audit trail is append-only');
    END;
CREATE TRIGGER audit_head_stays BEFORE DELETE ON audit_head BEGIN
      SELECT RAISE(ABORT, 'the audit trail is append-only');
    END;
CREATE TRIGGER stripe_customer_comes_erased BEFORE INSERT ON stripe_customer
      WHEN EXISTS (SELECT 1 FROM erased_stripe_customer e WHERE e.id = NEW.id
        AND (NEW.name IS NOT e.pseudonym OR NEW.email IS NOT NULL))
      BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER stripe_customer_stays_erased BEFORE UPDATE ON stripe_customer
      WHEN EXISTS (SELECT 1 FROM erased_stripe_customer e WHERE e.id = NEW.id
        AND (NEW.name IS NOT e.pseudonym OR NEW.email IS NOT NULL))
      BEGIN SELECT RAISE(IGNORE); END;
