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
