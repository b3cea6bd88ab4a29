import { Suspense, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Outlet, ScrollRestoration, useLocation, useNavigation } from "react-router";

import { Footer } from "./Footer";
import { Waiting } from "./Guard";
import { Header } from "./Header";
import classes from "./Layout.module.css";

/** What stands around every page. */
export function Layout() {
  const { t } = useTranslation();
  const { state } = useNavigation();
  useFocusOnArrival();
  return (
    <div className={classes.layout}>
      <a href="#content" className={classes.skip}>
        {t("skip")}
      </a>
      <div className={classes.progress} data-busy={state !== "idle"} aria-hidden="true" />
      <Header />
      <Suspense fallback={<Waiting />}>
        <Outlet />
      </Suspense>
      <Footer />
      <ScrollRestoration getKey={({ pathname }) => pathname} />
    </div>
  );
}

/** A new page takes the focus, so that a screen reader begins there; a new filter does not. */
function useFocusOnArrival(): void {
  const { pathname } = useLocation();
  const isFirst = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new path is what there is to react to
  useEffect(() => {
    if (isFirst.current) {
      isFirst.current = false;
      return;
    }
    document.getElementById("content")?.focus({ preventScroll: true });
  }, [pathname]);
}
