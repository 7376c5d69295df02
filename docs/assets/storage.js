"use strict";

// Where a browser refuses to store anything, Material's scripts would end at their first look at the store: search,
// copy buttons and the choice of colours with them. They get one that forgets when the page is left.
for (const name of ["localStorage", "sessionStorage"]) {
  try {
    window[name].getItem("");
  } catch {
    const kept = new Map();
    const value = {
      getItem: (key) => kept.get(key) ?? null,
      setItem: (key, text) => kept.set(key, String(text)),
      removeItem: (key) => kept.delete(key),
    };
    Object.defineProperty(window, name, { value });
  }
}

// What Material has in each page, where the policy runs nothing: how its scripts read and write, here for the whole
// site, and the chosen colours, given to the body before it is first drawn.
{
  const site = new URL("..", document.currentScript.src).pathname;
  window.__md_get = (name, store = localStorage) => {
    try {
      return JSON.parse(store.getItem(`${site}.${name}`));
    } catch {
      return null; // somebody else wrote there
    }
  };
  window.__md_set = (name, value, store = localStorage) => {
    try {
      store.setItem(`${site}.${name}`, JSON.stringify(value));
    } catch {
      // it is full
    }
  };
  new MutationObserver((_, waiting) => {
    if (!document.body) return;
    waiting.disconnect();
    const colours = Object.entries(window.__md_get("__palette")?.color ?? {});
    for (const [name, value] of colours) document.body.setAttribute(`data-md-color-${name}`, value);
  }).observe(document.documentElement, { childList: true });
}
