"use strict";
(() => {
  const root = document.documentElement;
  const remember = {
    get: () => { try { return localStorage.getItem("report-theme"); } catch { return null; } },
    set: (theme) => { try { localStorage.setItem("report-theme", theme); } catch { /* some browsers keep nothing for files */ } },
  };
  const dark = () => root.dataset.theme === "dark" || (root.dataset.theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  const kept = remember.get();
  if (kept === "dark" || kept === "light") root.dataset.theme = kept;
  document.getElementById("theme").addEventListener("click", () => {
    root.dataset.theme = dark() ? "light" : "dark";
    remember.set(root.dataset.theme);
  });

  const number = (text) => {
    const found = text.replace(/−/g, "-").replace(/,/g, "").match(/^[-+]?\d+(\.\d+)?(e[-+]?\d+)?/i);
    return found ? parseFloat(found[0]) : NaN;
  };
  const key = (row, column) => {
    const cell = row.cells[column];
    return cell ? (cell.dataset.order ?? cell.textContent.trim()) : "";
  };
  const compare = (a, b) => {
    const [x, y] = [number(a), number(b)];
    if (!Number.isNaN(x) && !Number.isNaN(y)) return x - y;
    if (Number.isNaN(x) !== Number.isNaN(y)) return Number.isNaN(x) ? 1 : -1;
    return a.localeCompare(b, "en", { numeric: true });
  };
  const sort = (table, heading) => {
    const column = heading.cellIndex;
    const direction = heading.getAttribute("aria-sort") === "ascending" ? -1 : 1;
    for (const other of table.tHead.rows[0].cells) other.setAttribute("aria-sort", "none");
    heading.setAttribute("aria-sort", direction === 1 ? "ascending" : "descending");
    const body = table.tBodies[0];
    const rows = [...body.rows].map((row, place) => [row, place]);
    rows.sort(([a, i], [b, j]) => direction * compare(key(a, column), key(b, column)) || i - j);
    body.append(...rows.map(([row]) => row));
  };
  for (const table of document.querySelectorAll("table")) {
    if (!table.tHead || table.classList.contains("joint") || table.tHead.rows.length !== 1 || !table.tBodies[0] || table.tBodies[0].rows.length < 2) continue;
    for (const heading of table.tHead.rows[0].cells) {
      heading.setAttribute("aria-sort", "none");
      heading.tabIndex = 0;
      heading.addEventListener("click", () => sort(table, heading));
      heading.addEventListener("keydown", (event) => {
        if (event.key === "Enter" || event.key === " ") { event.preventDefault(); sort(table, heading); }
      });
    }
  }

  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const at = (id) => document.getElementById(id);
  const count = (shown, total, what) => shown === total ? `${total} ${what}` : `${shown} of ${total} ${what}`;
  const pressed = (button) => button.getAttribute("aria-pressed") === "true";
  const press = (button, on) => button.setAttribute("aria-pressed", String(on));
  const openAll = (button, folds) => button.addEventListener("click", () => {
    press(button, !pressed(button));
    button.textContent = pressed(button) ? "Close all" : "Open all";
    for (const fold of folds) fold.open = pressed(button);
  });

  for (const table of all("figure.table table, .output table")) {
    const rows = table.tBodies[0] ? [...table.tBodies[0].rows] : [];
    if (rows.length <= 20) continue;
    const more = document.createElement("button");
    more.type = "button";
    more.className = "more-rows";
    const fold = (on) => {
      table.classList.toggle("short", on);
      more.textContent = on ? `Show all ${rows.length} rows` : "Show fewer rows";
    };
    more.addEventListener("click", () => fold(!table.classList.contains("short")));
    fold(true);
    (table.closest(".scroll") ?? table).after(more);
  }

  const board = at("claims");
  if (board) {
    const [paper, data, matches] = ["document", "data", "matches"].map(at);
    const shares = all(".share");
    const groups = all(".verdicts", board);
    const entries = all(".entry", board);
    const filter = () => {
      const wanted = new Set(shares.filter(pressed).map((share) => share.dataset.verdict));
      const narrowed = wanted.size || paper.value || data.value;
      let shown = 0;
      for (const entry of entries) {
        const fits = (!wanted.size || wanted.has(entry.dataset.verdict)) && (!paper.value || entry.dataset.document === paper.value)
          && (!data.value || entry.dataset.kind === data.value);
        entry.hidden = !fits;
        shown += fits;
      }
      for (const group of groups) {
        const left = all(".entry:not([hidden])", group);
        group.hidden = !left.length;
        group.open = Boolean(narrowed && left.length);
        group.querySelector(".count").textContent = left.length;
        for (const heading of all("h3", group)) heading.hidden = !left.some((entry) => entry.dataset.document === heading.dataset.document);
      }
      matches.textContent = count(shown, entries.length, "claims");
    };
    for (const share of shares) share.addEventListener("click", () => { press(share, !pressed(share)); filter(); });
    for (const control of [paper, data]) control.addEventListener("input", filter);
    openAll(at("unfold"), groups);
  }

  const register = at("register");
  if (register) {
    const entries = all(".discrepancy", register);
    const [party, measured, said] = ["party", "measured", "disagreements"].map(at);
    const filter = () => {
      for (const entry of entries) {
        entry.hidden = (party.value && entry.dataset.document !== party.value) || (measured.value && entry.dataset.measured !== measured.value);
      }
      said.textContent = count(entries.filter((entry) => !entry.hidden).length, entries.length, "discrepancies");
    };
    for (const control of [party, measured]) control.addEventListener("input", filter);
    openAll(at("unfold-discrepancies"), entries);
  }

  const notebook = at("of-notebook");
  if (notebook) notebook.addEventListener("input", () => {
    for (const figure of all(".gallery figure")) figure.hidden = Boolean(notebook.value) && figure.dataset.notebook !== notebook.value;
  });

  const search = at("search");
  if (search) {
    const plain = (text) => text.toLowerCase().replace(/[.’']/g, "").replace(/[–−]/g, "-").replace(/\b(fig|eq|sec|table)s\b/g, "$1").replace(/\s+/g, " ").trim();
    const word = (text) => new RegExp(`(?<![a-z0-9])${text.replace(/[^a-z0-9 ]/g, "\\$&")}${/\d$/.test(text) ? "(?!\\d)" : ""}`);
    const titled = (item) => item.querySelector(".statement, summary, h3, dt, .source, .shows, figcaption") ?? item;
    let items = null;
    const index = () => all("[data-find]").map((item) => ({ item, kind: item.dataset.find, text: plain(`${item.textContent} ${item.id} ${all(".spelled", item).map((name) => name.title).join(" ")}`), title: plain(titled(item).textContent) }));
    const line = ({ item }) => {
      const link = document.createElement("a");
      link.href = `#${item.id}`;
      const [head, caption] = [titled(item).textContent.trim(), item.querySelector("figcaption")?.textContent ?? item.textContent];
      link.textContent = (head.length < 30 ? caption : head).replace(/\s+/g, " ").trim().slice(0, 150);
      const entry = document.createElement("li");
      entry.append(link);
      return entry;
    };
    search.addEventListener("input", () => {
      items ??= index();
      const asked = plain(search.value);
      const hits = at("hits");
      hits.replaceChildren();
      if (!asked) return;
      const words = asked.split(" ").map(word);
      const whole = word(asked);
      const found = items.filter(({ text }) => words.every((each) => each.test(text)));
      const rank = ({ text, title }) => (whole.test(text) ? 0 : 2) + (words.every((each) => each.test(title)) ? 0 : 1);
      found.sort((a, b) => rank(a) - rank(b));
      const exact = found.filter(({ text }) => whole.test(text));
      for (const kind of ["claim", "figure", "table", "discrepancy", "term", "how to"]) {
        const group = (exact.length ? exact : found).filter((hit) => hit.kind === kind);
        if (!group.length) continue;
        const heading = document.createElement("h3");
        heading.textContent = `${kind} (${group.length})`;
        const list = document.createElement("ul");
        list.append(...group.slice(0, 8).map(line));
        hits.append(heading, list);
      }
      if (!found.length) hits.textContent = "Nothing has these words.";
    });
  }

  const large = at("large");
  for (const link of all("a.enlarge")) link.addEventListener("click", (event) => {
    if (!large.showModal || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const small = link.querySelector("img");
    const shown = small.cloneNode();
    shown.removeAttribute("class");
    large.querySelector("div").replaceChildren(shown);
    large.querySelector("p").textContent = link.closest("figure")?.querySelector("figcaption")?.innerText ?? small.alt;
    large.showModal();
  });
  if (large) large.addEventListener("click", (event) => { if (event.target === large) large.close(); });

  const contents = document.getElementById("contents");
  if (contents && matchMedia("(max-width: 63.99rem)").matches) contents.open = false;
  const fold = document.getElementById("fold");
  if (fold) fold.addEventListener("click", () => {
    const open = fold.getAttribute("aria-pressed") !== "true";
    fold.setAttribute("aria-pressed", String(open));
    fold.textContent = open ? "Hide all code" : "Show all code";
    for (const code of document.querySelectorAll("details.code")) code.open = open;
  });

  let unfolded = [];
  addEventListener("beforeprint", () => {
    unfolded = all("details:not(.code, .more-numbers, #all-tables, [open])");
    for (const details of unfolded) details.open = true;
  });
  addEventListener("afterprint", () => { for (const details of unfolded) details.open = false; });

  const reveal = () => {
    const target = location.hash.length > 1 && at(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    let folded = false;
    for (let part = target; part; part = part.parentElement) {
      if (part.hidden) part.hidden = false;
      if (part.tagName === "DETAILS" && !part.open) folded = part.open = true;
    }
    const table = target.closest("table.short");
    if (table) table.classList.remove("short");
    if (folded) target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  document.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("a")?.getAttribute("href") === location.hash) reveal();
  });
  reveal();
})();
