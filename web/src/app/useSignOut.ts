import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "react-router";

import { postAuthLogout } from "@/api/generated/auth";
import { leave } from "@/api/session";
import { paths } from "@/paths";

/** End the session here and at the server; what was cached was for that person alone. */
export function useSignOut(): () => Promise<void> {
  const queries = useQueryClient();
  const navigate = useNavigate();
  return async () => {
    // Where the server cannot be told, this browser forgets all the same.
    await postAuthLogout({}).catch(() => undefined);
    await navigate(paths.home());
    leave();
    queries.clear();
  };
}
