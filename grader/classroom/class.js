// Trier et filtrer le tableau des copies. Sans ce script, la page se lit de même.

const table = /** @type {HTMLTableElement} */ (document.querySelector("#copies table"));
const body = table.tBodies[0];
const rows = [...body.rows];
const form = /** @type {HTMLFormElement} */ (document.querySelector(".tools"));
const [search, only, missed] = ["search", "only", "missed"].map(
  (id) => /** @type {HTMLInputElement} */ (document.getElementById(id)),
);
const shown = /** @type {HTMLOutputElement} */ (document.getElementById("shown"));
const order = new Intl.Collator("fr", { numeric: true });

/** Sans majuscules ni accents : on cherche comme on tape. @param {string} text */
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
const names = new Map(rows.map((row) => [row, plain(row.cells[0].textContent)]));

/** Ce que vaut une case ; rien n'est plus bas qu'une case vide.
 * @param {HTMLTableRowElement} row @param {number} column */
function value(row, column) {
  const cell = row.cells[column];
  const points = cell?.dataset.v ?? cell?.textContent.match(/\d+(?:,\d+)?/g)?.at(-1);
  return points === undefined || cell.colSpan > 1 ? -1 : Number(points.replace(",", "."));
}

/** @param {HTMLTableCellElement} header */
function sort(header) {
  const column = Number(header.dataset.c);
  // Les noms de A à Z d'abord ; les points, du plus bas au plus haut : ce qui manque, en premier.
  const ascending = header.ariaSort !== "ascending";
  for (const other of table.querySelectorAll("[aria-sort]")) other.removeAttribute("aria-sort");
  header.ariaSort = ascending ? "ascending" : "descending";
  const sign = ascending ? 1 : -1;
  const compare = column
    ? (/** @type {HTMLTableRowElement} */ a, /** @type {HTMLTableRowElement} */ b) =>
        value(a, column) - value(b, column)
    : (/** @type {HTMLTableRowElement} */ a, /** @type {HTMLTableRowElement} */ b) =>
        order.compare(names.get(a) ?? "", names.get(b) ?? "");
  body.append(...rows.sort((a, b) => sign * compare(a, b)));
}

function filter() {
  const wanted = plain(search.value.trim());
  const step = Number(missed.value);
  let count = 0;
  for (const row of rows) {
    const kept =
      (names.get(row) ?? "").includes(wanted) &&
      (!only.value || (row.dataset.is ?? "").split(" ").includes(only.value)) &&
      (!step || !row.cells[step]?.classList.contains("h4"));
    row.hidden = !kept;
    count += Number(kept);
  }
  shown.value = `${count} sur ${rows.length}`;
}

for (const header of table.querySelectorAll("thead [data-c]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.append(...header.childNodes);
  header.append(button);
  button.addEventListener("click", () => sort(/** @type {HTMLTableCellElement} */ (header)));
}
form.hidden = false;
document.getElementById("unscripted")?.remove();
form.addEventListener("input", filter);
form.addEventListener("submit", (event) => event.preventDefault());
filter();

// L'ombre du bord dit qu'il y a plus loin ; au bout, elle s'efface.
const box = /** @type {HTMLElement} */ (document.querySelector(".scroll"));
function shade() {
  const left = box.scrollWidth - box.clientWidth - box.scrollLeft;
  box.parentElement?.classList.toggle("end", left < 2);
}
box.addEventListener("scroll", shade, { passive: true });
new ResizeObserver(shade).observe(box);

// Un lien vers un motif replié l'ouvre.
function unfold() {
  const target = location.hash && document.getElementById(location.hash.slice(1));
  if (target instanceof HTMLDetailsElement) target.open = true;
}
addEventListener("hashchange", unfold);
unfold();

export {}; // un module : rien de ceci n'est global
