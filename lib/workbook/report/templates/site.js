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
    if (!table.tHead || table.tHead.rows.length !== 1 || !table.tBodies[0] || table.tBodies[0].rows.length < 2) continue;
    for (const heading of table.tHead.rows[0].cells) {
      heading.setAttribute("aria-sort", "none");
      heading.tabIndex = 0;
      heading.addEventListener("click", () => sort(table, heading));
      heading.addEventListener("keydown", (event) => {
        if (event.key === "Enter" || event.key === " ") { event.preventDefault(); sort(table, heading); }
      });
    }
  }

  const board = document.getElementById("claims");
  if (board) {
    const [search, paper, data, matches] = ["search", "document", "data", "matches"].map((id) => document.getElementById(id));
    const shares = [...document.querySelectorAll(".share")];
    const rows = [...board.tBodies[0].rows];
    const texts = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
    const filter = () => {
      const wanted = new Set(shares.filter((share) => share.getAttribute("aria-pressed") === "true").map((share) => share.dataset.verdict));
      const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const row of rows) {
        const fits = (!wanted.size || wanted.has(row.dataset.verdict)) && (!paper.value || row.dataset.document === paper.value)
          && (!data.value || row.dataset.kind === data.value) && words.every((word) => texts.get(row).includes(word));
        row.hidden = !fits;
        shown += fits;
      }
      matches.textContent = shown === rows.length ? `${shown} claims` : `${shown} of ${rows.length} claims`;
    };
    for (const share of shares) share.addEventListener("click", () => {
      share.setAttribute("aria-pressed", String(share.getAttribute("aria-pressed") !== "true"));
      filter();
    });
    for (const control of [search, paper, data]) control.addEventListener("input", filter);
  }

  const contents = document.getElementById("contents");
  if (contents && matchMedia("(max-width: 63.99rem)").matches) contents.open = false;
  const fold = document.getElementById("fold");
  if (fold) fold.addEventListener("click", () => {
    const open = fold.getAttribute("aria-pressed") !== "true";
    fold.setAttribute("aria-pressed", String(open));
    fold.textContent = open ? "Hide all code" : "Show all code";
    for (const code of document.querySelectorAll("details.code")) code.open = open;
  });

  addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll("details:not(.code)")) details.open = true;
  });

  const reveal = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target && target.tagName === "DETAILS") { target.open = true; target.scrollIntoView(); }
  };
  addEventListener("hashchange", reveal);
  reveal();
})();
