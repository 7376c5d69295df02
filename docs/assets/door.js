"use strict";

// The browser's language comes first and is marked; both doors stay open. Known before the doors are read, so that
// nothing moves under the reader's eyes: the order is the stylesheet's.
const known = navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase());
const suggested = known.find((tag) => tag === "zh" || tag === "en");
if (suggested) document.documentElement.dataset.suggested = suggested;
