/* Draws the charts of a page from the Vega-Lite specification that stands beside each, in the colours of the stylesheet;
   shows the newest end of a table that is wider than its place, unless it says that it begins with what matters. */
(function () {
  "use strict";
  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  function look() {
    const ink = token("--ink"), soft = token("--ink-soft"), line = token("--line"), series = token("--series-1");
    const font = getComputedStyle(document.body).fontFamily;
    return {
      background: "transparent",
      font: font,
      view: { stroke: null },
      axis: { labelColor: soft, titleColor: soft, gridColor: line, domainColor: line, tickColor: line, labelFontSize: 13, titleFontSize: 13, titleFontWeight: "normal", labelFont: font, titleFont: font },
      axisX: { grid: false },
      legend: { labelColor: ink, titleColor: soft, labelFont: font, titleFont: font, labelFontSize: 13 },
      mark: { color: series },
      line: { color: series }, area: { color: series }, bar: { color: series }, point: { color: series },
      text: { color: ink, fontSize: 13, font: font },
      range: { category: [1, 2, 3, 4, 5, 6].map((n) => token("--series-" + n)) },
    };
  }

  function inColours(spec) {
    const text = JSON.stringify(spec).replaceAll('"series"', JSON.stringify(token("--series-1"))).replaceAll('"paper"', JSON.stringify(token("--surface"))).replaceAll('"against"', JSON.stringify(token("--series-2"))).replaceAll('"ink"', JSON.stringify(token("--ink")));
    return JSON.parse(text);
  }

  function numbers() {
    const marks = { en: [",", "."], az: ["\u00a0", ","], ru: ["\u00a0", ","] }[document.documentElement.lang] || [",", "."];
    return { thousands: marks[0], decimal: marks[1], grouping: [3], currency: ["", ""] };
  }

  /* Where there is no room for names at the ends of lines, a legend with the shape of each line's points stands below. */
  function named(spec) {
    delete spec.padding;
    spec.layer.pop();
    spec.layer[1].encoding.shape.legend = spec.encoding.color.legend = { orient: "bottom", columns: 1, title: null, labelLimit: 280, symbolSize: 70 };
    delete spec.layer[0].encoding.strokeDash.legend;
    spec.layer[0].encoding.strokeDash.legend = null;
  }

  function draw(place) {
    const spec = document.getElementById(place.dataset.chart);
    if (!spec || !window.vegaEmbed) return;
    const full = Object.assign({ $schema: "https://vega.github.io/schema/vega-lite/v6.json", width: "container", autosize: { type: "fit-x", contains: "padding", resize: true } }, inColours(JSON.parse(spec.textContent)));
    place.closest("figure").hidden = false;
    if (full.padding && place.clientWidth < 520) named(full);
    window.vegaEmbed(place, full, { ast: true, actions: false, renderer: "svg", defaultStyle: false, config: look(), tooltip: { disableDefaultStyle: true }, formatLocale: numbers() })
      .then(function () { place.dataset.drawn = "yes"; })
      .catch(function (wrong) { place.closest("figure").hidden = true; console.error(wrong); });
  }

  function newest() { document.querySelectorAll(".table-wrap:has(.figures):not([data-from-start])").forEach(function (wide) { wide.scrollLeft = wide.scrollWidth; }); }

  function all() { newest(); document.querySelectorAll("[data-chart]:not([data-drawn])").forEach(draw); }
  function again() { document.querySelectorAll("[data-chart][data-drawn]").forEach(draw); }

  document.addEventListener("htmx:afterSettle", all);
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", all); else all();
})();
