import { Navigate, Outlet, useLocation } from "react-router";

import { useSession } from "@/api/useSession";
import type { Access, Role } from "@/feature";
import { paths } from "@/paths";
import { LoadingLines } from "@/ui";

import { Forbidden } from "./ErrorPages";

/** Whether an account of that role, or nobody (null), may see something. */
export function mayEnter(access: Access, role: string | null): boolean {
  if (access === "everyone") return true;
  if (role === null) return false;
  return access === "signed-in" || access.includes(role as Role);
}

/** Shows the pages below to whom they are open; leads everybody else to sign in, and back. */
export function Guard({ access }: { access: Access }) {
  const session = useSession();
  const location = useLocation();
  if (access === "everyone") return <Outlet />;
  if (session.status === "unknown") return <Waiting />;
  if (session.status === "anonymous") {
    return <Navigate to={paths.signIn(location.pathname + location.search)} replace />;
  }
  return mayEnter(access, session.user.role) ? <Outlet /> : <Forbidden />;
}

/** What stands in for a page that is on its way, as tall as a screen. */
export function Waiting() {
  return (
    <div style={{ minHeight: "100vh", width: "min(100%, 720px)", padding: "64px 24px" }}>
      <LoadingLines lines={4} height={32} />
    </div>
  );
}
