import { startCsrf } from "./csrf.js";
import { startDialogs } from "./dialogs.js";
import { startFormulas } from "./formulas.js";
import { startMenus } from "./menus.js";
import { startNotices } from "./notices.js";
import { startThemeToggle } from "./theme_toggle.js";

startCsrf();
startDialogs();
startFormulas();
startMenus();
startNotices();
startThemeToggle();
