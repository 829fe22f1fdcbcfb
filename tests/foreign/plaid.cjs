// Plaid's own Node client, through what Plaid's quickstart does. Prints one JSON object of what it was answered.
"use strict";
const { Configuration, PlaidApi } = require("plaid");
const { SANDBOX_URL, PLAID_CLIENT_ID, PLAID_SECRET } = process.env;
const keys = { "PLAID-CLIENT-ID": PLAID_CLIENT_ID, "PLAID-SECRET": PLAID_SECRET, "Plaid-Version": "2020-09-14" };
const client = (headers) => new PlaidApi(new Configuration({ basePath: SANDBOX_URL, baseOptions: { headers, proxy: false } }));
const plaid = client(keys);
const told = {};

async function refused(call) {
  try {
    await call();
  } catch (error) {
    return { status: error.response.status, type: error.response.data.error_type, code: error.response.data.error_code };
  }
  return null;
}

async function main() {
  const user = { client_user_id: String(Date.now() / 1000) };
  const request = { user, client_name: "Plaid Quickstart", products: ["auth", "transactions"], country_codes: ["US"], language: "en" };
  told.linkToken = (await plaid.linkTokenCreate(request)).data.link_token.startsWith("link-sandbox-");
  told.personal = await refused(() => plaid.linkTokenCreate({ ...request, user: { client_user_id: "jo@example.com" } }));

  const made = await plaid.sandboxPublicTokenCreate({ institution_id: "ins_109508", initial_products: ["auth", "identity", "transactions", "signal"] });
  const { access_token, item_id } = (await plaid.itemPublicTokenExchange({ public_token: made.data.public_token })).data;
  told.spent = await refused(() => plaid.itemPublicTokenExchange({ public_token: made.data.public_token }));

  const auth = (await plaid.authGet({ access_token })).data;
  told.auth = auth.numbers.ach.length === auth.accounts.length && auth.numbers.ach[0].routing;
  told.identity = (await plaid.identityGet({ access_token })).data.accounts[0].owners[0].names;
  told.balance = typeof (await plaid.accountsBalanceGet({ access_token })).data.accounts[0].balances.available;
  told.accounts = (await plaid.accountsGet({ access_token })).data.accounts.length;

  let cursor;
  let added = 0;
  for (let tries = 0; tries < 60; tries += 1) {
    const page = (await plaid.transactionsSync({ access_token, cursor })).data;
    cursor = page.next_cursor;
    added += page.added.length;
    if (cursor === "") {
      await fetch(`${SANDBOX_URL}/_sandbox/clock/advance`, { method: "POST", body: JSON.stringify({ business_days: 1 }) });
    } else if (!page.has_more) {
      break;
    }
  }
  told.transactions = added > 0;

  const item = (await plaid.itemGet({ access_token })).data.item;
  const bank = (await plaid.institutionsGetById({ institution_id: item.institution_id, country_codes: ["US"] })).data.institution;
  told.item = [item.item_id === item_id, bank.name];
  told.institutions = (await plaid.institutionsGet({ count: 5, offset: 0, country_codes: ["US"] })).data.institutions.length;

  const account_id = auth.accounts[0].account_id;
  const ask = { access_token, account_id, client_transaction_id: "node-1", amount: 1 };
  told.signal = (await plaid.signalEvaluate(ask)).data.ruleset.result;
  await plaid.signalDecisionReport({ client_transaction_id: "node-1", initiated: true });
  told.bankToken = (await plaid.processorStripeBankAccountTokenCreate({ access_token, account_id })).data.stripe_bank_account_token.slice(0, 5);
  told.reset = (await plaid.sandboxItemResetLogin({ access_token })).data.reset_login;
  told.broken = await refused(() => plaid.accountsGet({ access_token }));
  told.brokenItem = (await plaid.itemGet({ access_token })).data.item.error.error_code;
  const changed = (await plaid.itemAccessTokenInvalidate({ access_token })).data.new_access_token;
  await plaid.itemRemove({ access_token: changed });
  told.removed = await refused(() => plaid.itemGet({ access_token: changed }));
  told.wrongKeys = await refused(() => client({ ...keys, "PLAID-SECRET": "wrong" }).itemGet({ access_token }));
}

main().then(() => console.log(JSON.stringify(told)), (error) => { console.error(error.response?.data || error); process.exit(1); });
