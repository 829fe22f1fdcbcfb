// Stripe's own Node client through the life of a debit. Prints one JSON object of what it was answered.
"use strict";
const Stripe = require("stripe");
const { SANDBOX_URL, STRIPE_KEY, BANK_TOKEN, HOOK } = process.env;
const { hostname, port } = new URL(SANDBOX_URL);
const stripe = new Stripe(STRIPE_KEY, { host: hostname, port, protocol: "http", maxNetworkRetries: 0, telemetry: false });
const told = {};

async function refused(call) {
  try {
    await call();
  } catch (error) {
    return { class: error.constructor.name, type: error.rawType, code: error.code, param: error.param, status: error.statusCode,
      request: Boolean(error.requestId), intent: error.payment_intent?.status };
  }
  return null;
}

async function advance(days) {
  await fetch(`${SANDBOX_URL}/_sandbox/clock/advance`, { method: "POST", body: JSON.stringify({ business_days: days }) });
}

async function main() {
  const account = await stripe.accounts.retrieve();
  told.account = [account.object, (await stripe.accounts.retrieve(account.id)).id === account.id];
  const customer = await stripe.customers.create({ name: "Nora Node", email: "nora@example.com" }, { idempotencyKey: "nora" });
  const again = await stripe.customers.create({ name: "Nora Node", email: "nora@example.com" }, { idempotencyKey: "nora" });
  told.replayed = again.id === customer.id;
  const source = await stripe.customers.createSource(customer.id, { source: BANK_TOKEN });
  told.source = [source.object, source.status];
  const expanded = await stripe.customers.retrieve(customer.id, { expand: ["default_source", "sources", "subscriptions", "tax_ids"] });
  told.expanded = [expanded.default_source.object, expanded.sources.data.length, expanded.subscriptions.data, expanded.tax_ids.data];
  const setup = await stripe.setupIntents.create({
    customer: customer.id, payment_method: source.id, allowed_payment_method_types: ["us_bank_account"], confirm: true,
    mandate_data: { customer_acceptance: { type: "online", accepted_at: 1, online: { ip_address: "192.0.2.7", user_agent: "node" } } },
  });
  const mandate = await stripe.mandates.retrieve(setup.mandate);
  told.mandate = [setup.status, mandate.status, mandate.type];

  const order = { amount: 12345, currency: "usd", customer: customer.id, payment_method: source.id, allowed_payment_method_types: ["us_bank_account"], metadata: { order: "N-1" } };
  const intent = await stripe.paymentIntents.create(order);
  const confirmed = await stripe.paymentIntents.confirm(intent.id, { mandate: mandate.id, off_session: true, expand: ["latest_charge"] });
  told.debit = [intent.status, confirmed.status, confirmed.latest_charge.status, confirmed.metadata.order];
  told.confirmedTwice = await refused(() => stripe.paymentIntents.confirm(intent.id));
  const left = await stripe.paymentIntents.create(order);
  told.canceled = (await stripe.paymentIntents.cancel(left.id, { cancellation_reason: "abandoned" })).status;
  told.oldParameter = await refused(() => stripe.paymentIntents.create({ ...order, payment_method_types: ["us_bank_account"] }));
  told.tooSmall = await refused(() => stripe.paymentIntents.create({ ...order, amount: 10 }));
  told.wrongKey = await refused(() => new Stripe("sk_test_wrong", { host: hostname, port, protocol: "http", maxNetworkRetries: 0 }).balance.retrieve());
  told.unknown = await refused(() => stripe.charges.retrieve("ch_no"));

  await advance(4);
  const charge = await stripe.charges.retrieve(confirmed.latest_charge.id, { expand: ["balance_transaction"] });
  told.settled = [charge.status, charge.balance_transaction.type, charge.balance_transaction.net];
  const refund = await stripe.refunds.create({ charge: charge.id, amount: 345 });
  told.refund = [refund.status, refund.pending_reason, (await stripe.refunds.list({ charge: charge.id })).data.length];
  told.refundTooMuch = await refused(() => stripe.refunds.create({ charge: charge.id, amount: 12001 }));
  await advance(3);
  const payouts = [];
  for await (const payout of stripe.payouts.list({ limit: 1 })) payouts.push(payout);
  const done = payouts.find((each) => each.reconciliation_status === "completed");
  const rows = await stripe.balanceTransactions.list({ payout: done.id, limit: 100, expand: ["data.source"] });
  told.payout = [done.status, rows.data.filter((row) => row.type !== "payout").reduce((sum, row) => sum + row.net, 0) === done.amount];
  const events = new Set();
  for await (const event of stripe.events.list({ limit: 100 })) events.add(event.type);
  told.events = ["payment_intent.created", "payment_intent.processing", "payment_intent.succeeded", "refund.updated", "payout.paid"].filter((type) => !events.has(type));
  told.settings = (await stripe.balanceSettings.retrieve()).payments.payouts.schedule.interval;

  const hook = JSON.parse(HOOK);
  told.webhook = stripe.webhooks.constructEvent(hook.body, hook.signature, hook.secret).type;
  try {
    stripe.webhooks.constructEvent(`${hook.body} `, hook.signature, hook.secret);
  } catch (error) {
    told.forged = error.constructor.name;
  }
  told.deleted = (await stripe.customers.del(customer.id)).deleted;
}

main().then(() => console.log(JSON.stringify(told)), (error) => { console.error(error); process.exit(1); });
