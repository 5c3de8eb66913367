/**
 * Clair, sombre, ou comme le système.
 *
 * Le premier affichage attend ce module, pour ne pas clignoter : il n'en importe donc aucun autre.
 */

const KEY = "chat:theme";
const THEMES = ["auto", "light", "dark"];
const LABELS = { auto: "automatique", light: "clair", dark: "sombre" };

/** @typedef {keyof typeof LABELS} Theme */

let theme = chosen(remembered());
document.documentElement.dataset.theme = theme;

// localStorage lève une erreur, jusque dans son nom, là où il est interdit.

function remembered() {
  try {
    return localStorage.getItem(KEY) ?? "";
  } catch {
    return "";
  }
}

function remember(/** @type {string} */ name) {
  try {
    localStorage.setItem(KEY, name);
  } catch {
    // Le thème ne durera pas plus que la page.
  }
}

function chosen(/** @type {string} */ name) {
  return /** @type {Theme} */ (THEMES.includes(name) ? name : "auto");
}

/**
 * Fait de ce bouton celui qui passe d'un thème au suivant.
 *
 * @param {HTMLButtonElement} button
 * @param {(name: string) => Element} icon
 */
export function themeButton(button, icon) {
  const show = () => {
    document.documentElement.dataset.theme = theme;
    const label = `Thème : ${LABELS[theme]}`;
    button.ariaLabel = button.title = label;
    button.replaceChildren(icon(theme));
  };
  button.addEventListener("click", () => {
    theme = chosen(THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? "");
    remember(theme);
    show();
  });
  show();
}
