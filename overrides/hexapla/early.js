{#- Runs before anything is painted: recalls the colours and the notice that the reader has chosen. -#}
((root) => {
root.classList.add("hx-js");
try {
const { "hexapla.scheme": scheme, "hexapla.notice": notice } = localStorage;
if (scheme) root.dataset.mdColorScheme = scheme;
if (notice === root.dataset.notice) root.classList.add("hx-quiet");
} catch (_) {}
})(document.documentElement)
