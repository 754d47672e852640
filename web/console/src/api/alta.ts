import { AltaData } from "@alta-data/client";

/** The client of this page's origin. Everything the console knows comes through it. */
export const alta = new AltaData();
