"""L'aide n'oublie aucune commande."""

from playwright.sync_api import Page, expect


def test_every_command_is_in_the_help(screen: Page) -> None:
    usages = screen.evaluate(
        """async () => {
          const { openHelp } = await import("/view/help.js");
          const { COMMANDS } = await import("/view/commands.js");
          openHelp(true);
          openHelp(true); // déjà ouverte, elle le reste
          return Object.values(COMMANDS).map(({ usage, help }) => usage + help);
        }"""
    )
    dialog = screen.get_by_role("dialog")
    expect(dialog).to_be_visible()
    text = dialog.text_content() or ""
    assert len(usages) == 32
    assert [usage for usage in usages if usage not in text] == []
    assert "F1cette aide" in text
