"use strict";

// The browser's language comes first and is marked; both doors stay open. This script is waited for, and acts as soon
// as the doors are read: nothing moves under the reader's eyes.
const known = navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase());
const suggested = known.find((tag) => tag === "zh" || tag === "en");
document.addEventListener("DOMContentLoaded", () => {
  const door = suggested && document.querySelector(`section[lang^=${suggested}]`);
  if (!door) return;
  door.classList.add("suggested");
  door.parentElement.prepend(door);
});
