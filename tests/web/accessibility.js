// What a page must keep for everybody, checked without a library: names, one heading, landmarks, contrast, ids.
() => {
  const wrong = [];
  const seen = (el) => el.checkVisibility({ checkVisibilityCSS: true, contentVisibilityAuto: true });
  const need = (found, what) => found || wrong.push(what);

  need(document.documentElement.lang, "no language");
  need(document.title, "no title");
  need(document.querySelectorAll("h1").length === 1, "not one h1");
  need(document.querySelectorAll("main").length === 1, "not one main");

  const ids = [...document.querySelectorAll("[id]")].map((el) => el.id);
  for (const id of new Set(ids)) need(ids.filter((other) => other === id).length === 1, `id ${id} twice`);

  for (const el of document.querySelectorAll("a, button, summary, input:not([type=hidden]), textarea")) {
    const label = el.labels?.length ? [...el.labels].map((each) => each.textContent).join("") : el.textContent;
    need(label.trim(), `no name: ${el.outerHTML.slice(0, 80)}`);
  }

  const parts = (colour) => colour.match(/[\d.]+/g).map(Number);
  const light = (colour) => {
    const [r, g, b] = parts(colour).map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (el) => {
    for (let at = el; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if ((parts(colour)[3] ?? 1) > 0) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const ratio = (a, b) => {
    const [low, high] = [light(a), light(b)].sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
  };
  for (const el of document.querySelectorAll("body *")) {
    const own = [...el.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!own || !seen(el)) continue;
    const least = el.closest(".letter pre, .subject") && !el.closest(".n") ? 7 : 4.5;
    const found = ratio(getComputedStyle(el).color, behind(el));
    need(found >= least, `contrast ${found.toFixed(1)}: ${el.textContent.trim().slice(0, 30)}`);
  }
  for (const el of document.querySelectorAll("button:not(.link), input:not([type=hidden]), textarea, .radio")) {
    if (!seen(el) || el.type === "radio") continue;
    const style = getComputedStyle(el);
    need(ratio(style.borderTopColor, behind(el.parentElement)) >= 3, `edge: ${el.outerHTML.slice(0, 60)}`);
  }
  return wrong;
};
