// From page to page of the app: the one way for all that is pressed in a component.

// Streamlit reads the new address as it does after Back and asks the server for that page itself, so that there is one
// step in the history. Told through Python, it would run the page that is left once more and step to it on its way.
export function go(page, query) {
  const words = new URLSearchParams(query).toString();
  history.pushState({}, "", `${location.pathname.replace(/[^/]*$/, page)}${words ? `?${words}` : ""}`);
  window.dispatchEvent(new PopStateEvent("popstate"));
}

export const shownPage = () => location.pathname.replace(/^.*\//, "");
