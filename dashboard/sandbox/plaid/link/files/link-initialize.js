// The sandbox's stand-in for Plaid's link-initialize.js: `Plaid.create` in both generations, over a frame of this origin.
(() => {
  "use strict";
  const origin = new URL(document.currentScript.src).origin;
  if (window.Plaid) {
    console.warn("Warning: The Plaid link-initialize.js script was embedded more than once. " +
      "This is an unsupported configuration and could lead to unpredictable behavior.");
    return;
  }
  const CHANNEL = "plaid-link-sandbox";
  const CALLBACKS = ["onSuccess", "onExit", "onEvent", "onLoad"];
  let frames = 0;

  function check(config) {
    if (!config || typeof config !== "object") throw new Error("Plaid.create needs a configuration object");
    if (!config.token && !config.key) throw new Error("Missing Plaid parameter: Plaid.create requires a token");
    if (typeof config.onSuccess !== "function") {
      throw new Error("Missing Plaid parameter: Plaid.create requires an onSuccess function");
    }
    for (const name of CALLBACKS) {
      if (config[name] != null && typeof config[name] !== "function") throw new Error(`${name} must be a function`);
    }
    if (config.key && !["tartan", "production", "sandbox"].includes(config.env)) {
      throw new Error('Missing Plaid parameter: env must be "tartan" or "production"');
    }
    if (config.key && !["auth", "connect"].includes(config.product)) {
      throw new Error('Missing Plaid parameter: product must be "auth" or "connect"');
    }
  }

  function makeFrame() {
    const frame = document.createElement("iframe");
    frame.id = `plaid-link-iframe-${(frames += 1)}`;
    frame.title = "Plaid Link";
    frame.setAttribute("sandbox", "allow-scripts allow-same-origin allow-forms allow-popups " +
      "allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation");
    Object.assign(frame.style, {
      display: "none", position: "fixed", inset: "0", width: "100%", height: "100%", border: "0",
      zIndex: "9999999999", colorScheme: "light", background: "transparent",
    });
    frame.src = `${origin}/link/modal`;
    return frame;
  }

  function create(config) {
    check(config);
    const classic = Boolean(config.key);
    const frame = makeFrame();
    const state = { ready: false, open: false, wanted: null, gone: false, focus: null, overflow: "" };
    const handler = {};

    const post = (message) => frame.contentWindow?.postMessage({ channel: CHANNEL, ...message }, origin);

    function show(type) {
      state.open = true;
      state.focus = document.activeElement;
      state.overflow = document.body.style.overflow;
      document.body.style.overflow = "hidden";
      frame.style.display = "block";
      frame.focus();
      const settings = classic
        ? { key: config.key, env: config.env, product: config.product, client_name: config.clientName,
            select_account: Boolean(config.selectAccount), token: config.token, type }
        : { token: config.token, received_redirect_uri: config.receivedRedirectUri };
      post({ type: "open", settings });
    }

    function hide() {
      if (!state.open) return;
      state.open = false;
      frame.style.display = "none";
      document.body.style.overflow = state.overflow;
      if (state.focus && state.focus.isConnected) state.focus.focus();
    }

    function listen(event) {
      if (event.source !== frame.contentWindow || event.origin !== origin) return;
      const message = event.data;
      if (!message || message.channel !== CHANNEL || state.gone) return;
      if (message.type === "ready") post({ type: "configure", classic });
      else if (message.type === "loaded") {
        if (classic) handler.institutions.push(...message.institutions);
        state.ready = true;
        config.onLoad?.();
        if (state.wanted) show(state.wanted.type);
        state.wanted = null;
      } else if (message.type === "event") config.onEvent?.(message.name, message.metadata);
      else if (message.type === "success") {
        hide();
        config.onSuccess(message.public_token, message.metadata);
      } else if (message.type === "exit") {
        hide();
        config.onExit?.(message.error, message.metadata);
      }
    }

    handler.open = (type) => {
      if (state.gone) throw new Error("This Link handler was destroyed");
      if (state.open) return;
      if (state.ready) show(type);
      else state.wanted = { type };
    };
    handler.exit = (options) => {
      state.wanted = null;
      if (state.open) post({ type: "exit", force: Boolean(options && options.force) });
    };
    handler.destroy = () => {
      if (state.gone) return;
      hide();
      state.gone = true;
      window.removeEventListener("message", listen);
      frame.remove();
    };
    handler.submit = () => {
      throw new Error("The sandbox does not imitate Layer: submit() has no session to go to");
    };
    if (classic) handler.institutions = [];
    window.addEventListener("message", listen);
    document.body.append(frame);
    return handler;
  }

  function createEmbedded() {
    throw new Error("The sandbox does not imitate Embedded Institution Search (Plaid.createEmbedded)");
  }

  window.Plaid = { create, createEmbedded };
})();
