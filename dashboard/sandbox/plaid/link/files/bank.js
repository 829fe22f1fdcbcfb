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
    said.textContent = "This sign-in has expired. Close this window and start again.";
    return;
  }
  const { redirect } = await response.json();
  if (redirecting && redirect) {
    location.replace(redirect);
    return;
  }
  said.textContent = allow ? "Thank you. You can close this window." : "Nothing was shared. You can close this window.";
  document.getElementById("choice").hidden = true;
  window.opener?.postMessage({ channel: "plaid-link-bank" }, location.origin);
  window.close();
}

document.getElementById("allow").onclick = () => decide(true);
document.getElementById("deny").onclick = () => decide(false);
