#!/usr/bin/python3
"""A bare WebKitGTK browser that WebKitWebDriver can drive, with a profile that lasts.

The driver's own `MiniBrowser --automation` has an ephemeral session, in which WebKit cannot store
Blobs. Runs under the system's Python, which has the bindings.
"""

import argparse
from typing import Any

import gi

gi.require_version("Gtk", "3.0")
gi.require_version("WebKit2", "4.1")
from gi.repository import Gtk, WebKit2  # noqa: E402 the versions must be chosen before

FEATURES = {"StorageAPI", "StorageAPIEstimate"}
"""What Safari has turned on, and WebKitGTK 2.50 has built in and turned off."""


def main() -> None:
    """Wait for the driver, and open a window when it asks."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--profile", required=True, help="the folder of the profile")
    profile = parser.parse_known_args()[0].profile
    manager = WebKit2.WebsiteDataManager(
        base_data_directory=f"{profile}/data", base_cache_directory=f"{profile}/cache"
    )
    context = WebKit2.WebContext.new_with_website_data_manager(manager)
    settings = WebKit2.Settings()
    settings.set_enable_write_console_messages_to_stdout(True)
    features = WebKit2.Settings.get_all_features()
    for place in range(features.get_length()):
        feature = features.get(place)
        if feature.get_identifier() in FEATURES:
            settings.set_feature_enabled(feature, True)  # noqa: FBT003 C's

    def create_view(_session: Any) -> Any:
        view = WebKit2.WebView(
            web_context=context, is_controlled_by_automation=True, settings=settings
        )
        window = Gtk.Window()
        window.set_default_size(1280, 800)
        window.add(view)
        window.show_all()
        return view

    def start(_context: Any, session: Any) -> None:
        info = WebKit2.ApplicationInfo()
        # The driver asks for this name.
        info.set_name("MiniBrowser")
        info.set_version(
            WebKit2.get_major_version(), WebKit2.get_minor_version(), WebKit2.get_micro_version()
        )
        session.set_application_info(info)
        session.connect("create-web-view", create_view)

    context.set_automation_allowed(True)
    context.connect("automation-started", start)
    Gtk.main()


if __name__ == "__main__":
    main()
