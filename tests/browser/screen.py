# SPDX-License-Identifier: LGPL-3.0-or-later
"""What a person does on Odoo's screens, as short verbs."""

from guide import save
from selenium.common.exceptions import (
    StaleElementReferenceException,
    TimeoutException,
)
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

PATIENCE = 30
TOLD = 600  # characters of a screen on which something was missed


class Screen:
    def __init__(self, driver, url, pictures):
        self.driver = driver
        self.url = url
        self.pictures = pictures

    def wait(self, condition, what, seconds=PATIENCE):
        """First true value of ``condition()``; fails with ``what`` after a while."""
        waiting = WebDriverWait(
            self.driver, seconds, ignored_exceptions=[StaleElementReferenceException]
        )
        try:
            return waiting.until(lambda _driver: condition())
        except TimeoutException:
            words = " ".join(self.driver.find_element(By.TAG_NAME, "body").text.split())
            raise AssertionError(f"not seen: {what}; but: {words[:TOLD]}") from None

    def all(self, css, text=None):
        """Visible elements, in document order, whose text is or holds ``text``."""
        found = self.driver.find_elements(By.CSS_SELECTOR, css)
        return [
            element
            for element in found
            if element.is_displayed() and (text is None or text in element.text)
        ]

    def one(self, css, text=None, seconds=PATIENCE):
        what = css if text is None else f"{css} with the text {text!r}"
        return self.wait(lambda: self.all(css, text), what, seconds)[0]

    def click(self, css, text=None):
        def clicked():
            found = self.all(css, text)
            if not found:
                return False
            self.driver.execute_script(
                "arguments[0].scrollIntoViewIfNeeded()", found[0]
            )
            found[0].click()
            return True

        self.wait(clicked, css if text is None else f"{css} {text!r}")

    def fill(self, css, text):
        element = self.one(css)
        element.clear()
        element.send_keys(text)
        return element

    def choose(self, field, text):
        """A value of a many2one field, from its drop-down list."""
        self.fill(f".o_field_widget[name={field}] input", text)
        self.click(".o-autocomplete--dropdown-item", text)

    def select(self, css, text):
        """A value of a selection field."""
        if not self.all(".o_select_menu_item"):
            self.click(f"{css} .o_select_menu_toggler")
        self.click(".o_select_menu_item", text)

    def attach(self, css, path):
        """Give a file to a file input, which need not be visible."""
        found = self.wait(lambda: self.driver.find_elements(By.CSS_SELECTOR, css), css)
        found[0].send_keys(str(path))

    def picture(self, name):
        self.driver.save_screenshot(str(self.pictures / f"{name}.png"))

    def guide(self, name):
        """A picture for the user guide."""
        save(self, name)

    def drop(self, css, name, text):
        """Drop a file of that text on an element."""
        self.driver.execute_script(
            """const files = new DataTransfer();
            files.items.add(new File([arguments[2]], arguments[1]));
            arguments[0].dispatchEvent(
                new DragEvent("drop", {dataTransfer: files, bubbles: true}))""",
            self.one(css),
            name,
            text,
        )

    def call(self, model, method, *args, **kwargs):
        """What a method of the server gives, called as the signed-in user."""
        answer = self.driver.execute_async_script(
            """const [model, method, args, kwargs, done] = arguments;
            fetch(`/web/dataset/call_kw/${model}/${method}`, {
                method: "POST",
                headers: {"Content-Type": "application/json"},
                body: JSON.stringify({params: {model, method, args, kwargs}}),
            }).then((response) => response.json()).then(done)""",
            *(model, method, args, kwargs),
        )
        assert "error" not in answer, answer["error"]
        return answer.get("result")

    def sign_out(self):
        """As in a browser that nobody has used yet."""
        self.driver.execute_script("localStorage.clear(); sessionStorage.clear()")
        self.driver.delete_all_cookies()

    def resize(self, width, height):
        self.driver.set_window_size(width, height)

    def go(self, path):
        self.driver.get(self.url + path)

    def sign_in(self, login, password):
        self.go("/web/login")
        self.fill("input[name=login]", login)
        self.fill("input[name=password]", password)
        self.click("button[type=submit]", "Log in")
        self.one(".o_main_navbar")

    def open_app(self, name):
        """Through the apps menu of Odoo's navigation bar."""
        self.go("/odoo")
        self.one(".o_main_navbar")
        self.click(".o_navbar_apps_menu button")
        self.click(".o-dropdown--menu .o_app", name)
        self.one(".o_menu_brand", name)

    def open_menu(self, app, *path):
        self.open_app(app)
        self.click(".o_menu_sections > *", path[0])
        for entry in path[1:]:
            self.click(".o-dropdown--menu .dropdown-item", entry)
