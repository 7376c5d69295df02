// Changing the language keeps the section that is being read.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[hreflang]");
  if (!link) return;
  const headings = [...document.querySelectorAll("article :is(h2, h3)[id]")];
  const read = headings.filter((heading) => heading.getBoundingClientRect().top < 120).pop();
  if (read) link.hash = read.id;
});
