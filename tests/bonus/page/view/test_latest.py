"""Les derniers messages d'un salon, dans la page : ceux que /delete peut retirer."""

from playwright.sync_api import Page

SCRIPT = """async () => {
  const { Latest } = await import("/view/latest.js");
  const latest = new Latest();
  const spoke = (seq, pseudo, mine = false, kind = "Said") =>
    latest.learn({ type: "spoke", room: "Salon", mine, message: { kind, seq, pseudo } });
  const last = (...given) => {
    try {
      return latest.last(...given);
    } catch (error) {
      return error.message;
    }
  };
  spoke(1, "alice", true);
  spoke(2, "alice", true);
  spoke(3, "bob");
  spoke(4, "alice", true, "Absent");
  const found = [last("salon"), last("SALON", "BOB"), last("jeux")];
  const message = { act: "delete", target: 2 };
  latest.learn({ type: "acted", room: "salon", message });
  found.push(last("salon"));
  for (let seq = 5; seq < 510; seq++) spoke(seq, "eve");
  return [...found, last("salon"), last("salon", "bob")];
}"""


def test_the_last_ones(modules: Page) -> None:
    nothing = "Il n'y a pas de message à vous à retirer ici."
    assert modules.evaluate(SCRIPT) == [
        *(2, 3, nothing, 1, nothing, "Il n'y a pas de message de bob à retirer ici."),
    ]
