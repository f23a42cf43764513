{#- Runs before anything is painted: recalls the colours and the notice that the reader has chosen. -#}
((root) => {
  root.classList.add("hx-js");
  try {
    const scheme = localStorage.getItem("hexapla.scheme");
    if (scheme) root.dataset.mdColorScheme = scheme;
    if (localStorage.getItem("hexapla.notice") === root.dataset.notice) root.classList.add("hx-quiet");
  } catch (_) {}
})(document.documentElement)
