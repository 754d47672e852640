/** The style sheets of the first load. A feature imports those of further components beside its own. */
import "@fontsource-variable/inter/index.css";
import "./layers.css";
import "@mantine/core/styles/baseline.layer.css";
import "@mantine/core/styles/global.layer.css";
import "virtual:theme.css";
import "./mantine.ts";
import "./global.css";
