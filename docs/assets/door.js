"use strict";

// The browser's language comes first and is marked; both doors stay open.
const known = navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase());
const suggested = known.find((tag) => tag === "zh" || tag === "en");
const door = suggested && document.querySelector(`section[lang^=${suggested}]`);
if (door) {
  door.classList.add("suggested");
  door.parentElement.prepend(door);
}
