// Small helps on top of pages that work without them. Each part looks for its own marks in the page.
import { startBeside } from "./beside.js";
import { startFolds } from "./fold.js";
import { startForms } from "./form.js";
import { startKeys } from "./keys.js";
import { startMenus } from "./menu.js";
import { startNarrow } from "./narrow.js";
import { startNew } from "./new.js";
import { startPalette } from "./palette.js";
import { startProgress } from "./progress.js";
import { startRows } from "./rows.js";
import { startTheme } from "./theme.js";
import { startToasts } from "./toast.js";

startTheme();
startBeside();
startMenus();
startToasts();
startRows();
startNarrow();
startNew();
startForms();
startKeys();
startFolds();
startPalette();
startProgress();
