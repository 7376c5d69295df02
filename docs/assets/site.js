"use strict";

// Material puts each copy button into a landmark of its own, without a name.
new MutationObserver(() => {
  for (const nav of document.querySelectorAll("nav.md-code__nav:not([role])")) nav.setAttribute("role", "presentation");
}).observe(document.documentElement, { childList: true, subtree: true });

// Changing the language keeps the section that is being read.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[hreflang]");
  if (!link) return;
  const headings = [...document.querySelectorAll("article :is(h2, h3)[id]")];
  const read = headings.filter((heading) => heading.getBoundingClientRect().top < 120).pop();
  if (read) link.hash = read.id;
});
