{#- The page that stands in for what is not found: only the language that the address asks for. It comes before all of
    them, so that none is painted that goes away again. -#}
((root, lost) => {
  const asked = location.pathname.split("/");
  const chosen = lost.find((one) => asked.includes(one.tag)) || lost[0];
  const style = document.createElement("style");
  style.textContent = `[data-lost]:not([data-lost="${chosen.tag}"]) { display: none; }`;
  document.head.append(style);
  if (chosen === lost[0]) return;
  root.lang = chosen.tag;
  root.dir = chosen.dir;
  document.title = chosen.title;
})(document.documentElement, [{% for one in view.lost %}{ tag: {{ one.tag | tojson }}, dir: {{ one.direction | tojson }}, title: {{ one.title | tojson }} }, {% endfor %}])
