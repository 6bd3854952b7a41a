// Keeps the hold and sending pages, the console and the demo's inbox up to date: only text that changed is replaced.
// Without it: the refresh link.
(function () {
  "use strict";
  const began = Date.now();
  const find = (root) => root.getElementById("now");

  function take(fresh) {
    const old = find(document), now = find(fresh);
    // The letter waits again, since somebody else took the approval back: a page with its form, and no script.
    if (!now) return location.replace(location.pathname + location.search);
    if (old.dataset.look !== now.dataset.look) {
      document.title = fresh.title;
      old.replaceWith(now);
    }
    // What is spoken stands beside #now and stays: a screen reader tells only what changes in a place it knows.
    for (const part of fresh.querySelectorAll("#now [id]:not([data-grows], [data-grows] *), #spoken")) {
      const shown = document.getElementById(part.id);
      if (shown && shown.innerHTML !== part.innerHTML) shown.innerHTML = part.innerHTML;
    }
    // The console never adds, removes or reorders a card under a finger: it says that there are others.
    const news = document.getElementById("news");
    if (news) news.hidden = [...fresh.querySelectorAll("[data-card]")].every((card) =>
      document.querySelector(`[data-card="${card.dataset.card}"]`));
    // A list of mails grows at its top: what a person has opened in it stays as it is.
    for (const list of fresh.querySelectorAll("[data-grows]")) {
      const added = [...list.children].filter((row) => !document.getElementById(row.id));
      document.getElementById(list.id).prepend(...added);
    }
  }

  async function look() {
    try {
      const answer = await fetch(location.href, { cache: "no-store" });
      if (answer.ok) take(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch {
      // offline: the next look may succeed
    }
    wait();
  }

  function wait() {
    const now = find(document);
    if (now && "live" in now.dataset) setTimeout(look, Date.now() - began > 120000 ? 10000 : 2000);
  }

  wait();
})();
