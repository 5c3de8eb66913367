"""Les champs de la page, là où un navigateur ferait autrement si on le laissait."""

from playwright.sync_api import Page


def test_a_byte_order_mark_is_a_character(modules: Page) -> None:
    """TextDecoder, de lui-même, le mangerait en tête d'un texte."""
    found = modules.evaluate(
        """async () => {
          const { NAME } = await import("/protocol/fields.js");
          return NAME.read(NAME.write("\\ufeffbob"), 0)[0];
        }"""
    )
    assert found == "\ufeffbob"


def test_a_text_is_measured_in_bytes(modules: Page) -> None:
    script = """async (text) => (await import("/protocol/fields.js")).byteLength(text)"""
    assert modules.evaluate(script, "é🙂") == len("é🙂".encode())
