{#- The page that stands in for what is not found: only the language that the address asks for is shown. -#}
((root) => {
  const lost = [...document.querySelectorAll("[data-lost]")];
  const asked = location.pathname.split("/");
  const chosen = lost.find((one) => asked.includes(one.dataset.lost)) || lost[0];
  for (const one of lost) one.classList.toggle("hx-lost", one !== chosen);
  if (chosen === lost[0]) return;
  root.lang = chosen.lang;
  root.dir = chosen.dir;
  document.title = chosen.querySelector("h1").textContent;
})(document.documentElement)
