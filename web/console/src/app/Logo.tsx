import { Link } from "@tanstack/react-router";
import classes from "./Logo.module.css";

/** The mark and name of the product, linked to the start page. */
export function Logo() {
  return (
    <Link to="/" className={classes.logo}>
      <svg viewBox="0 0 32 32" width={26} height={26} aria-hidden>
        <rect width="32" height="32" rx="8" className={classes.ground} />
        <path d="M9 10h14M9 16h14M9 22h9" className={classes.lines} />
      </svg>
      Alta Data
    </Link>
  );
}
