/* Ce que la page fait de plus là où les scripts sont permis ; sans eux, tout s'y lit et s'imprime. */
"use strict";

const DONE = 2000; // ms où « Copié » reste écrit

const steps = () =>
  [...document.querySelectorAll("details")].filter((one) => one.matches(".step") && one.checkVisibility());

/** Déplier les étapes que laisse voir le filtre, ou les replier. */
function prepareFolding() {
  const button = document.getElementById("unfold");
  if (!button) return;
  const all = () => steps().every((step) => step.open);
  const rename = () => {
    button.textContent = all() ? "Tout replier" : "Tout déplier";
  };
  button.addEventListener("click", () => {
    const open = !all();
    for (const step of steps()) step.open = open;
  });
  document.addEventListener("toggle", rename, true); // il ne remonte pas : on l'attrape en descendant
  document.getElementById("only")?.addEventListener("change", rename);
  rename();
  button.hidden = false;
}

/** Un lien vers un contrôle ouvre son étape : tous les navigateurs ne le font pas d'eux-mêmes. */
function reveal() {
  const target = document.getElementById(location.hash.slice(1));
  const step = target?.closest("details");
  if (!step || step.open) return;
  step.open = true;
  target?.scrollIntoView();
}

/** @param {Element} block */
async function copy(block) {
  try {
    await navigator.clipboard.writeText(block.textContent ?? "");
  } catch { // refusé à cette page : l'ancienne manière
    getSelection()?.selectAllChildren(block);
    document.execCommand("copy");
  }
}

/** @param {Element} block des commandes, et leur nom juste avant */
function addCopyButton(block) {
  const button = document.createElement("button");
  const name = block.previousElementSibling?.textContent ?? "";
  const rename = (/** @type {string} */ text) => {
    button.textContent = text;
    button.setAttribute("aria-label", `${text} : ${name}`);
  };
  button.type = "button";
  rename("Copier");
  button.addEventListener("click", async () => {
    await copy(block);
    rename("Copié");
    setTimeout(() => rename("Copier"), DONE);
  });
  block.before(button);
}

prepareFolding();
document.querySelectorAll("pre.command").forEach(addCopyButton);
addEventListener("hashchange", reveal);
reveal();
