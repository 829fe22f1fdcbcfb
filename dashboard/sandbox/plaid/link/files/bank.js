// The bank's own page: one decision, then back to Link.
const state = location.pathname.split("/").pop();
const redirecting = new URLSearchParams(location.search).has("redirect");
const said = document.getElementById("said");

async function decide(allow) {
  for (const button of document.querySelectorAll("button")) button.disabled = true;
  const response = await fetch("/link/api/bank", {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ state, allow }),
  });
  if (!response.ok) {
    said.textContent = say("bankExpired");
    return;
  }
  const { redirect } = await response.json();
  if (redirecting && redirect) {
    location.replace(redirect);
    return;
  }
  said.textContent = say(allow ? "bankAllowed" : "bankDenied");
  document.getElementById("choice").hidden = true;
  window.opener?.postMessage({ channel: "plaid-link-bank" }, location.origin);
  window.close();
}

speak(document.documentElement.lang);
for (const node of document.querySelectorAll("[data-say]")) node.textContent = say(node.dataset.say, document.body.dataset);
document.getElementById("allow").onclick = () => decide(true);
document.getElementById("deny").onclick = () => decide(false);
