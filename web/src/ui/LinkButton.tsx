import { Button, type ButtonProps } from "@mantine/core";
import type { ReactNode } from "react";
import { Link } from "react-router";

interface LinkButtonProps extends ButtonProps {
  to: string;
  children: ReactNode;
}

/** A link that looks like a button: it leads somewhere, it does nothing. */
export function LinkButton({ to, children, ...rest }: LinkButtonProps) {
  return (
    <Button component={Link} to={to} {...rest}>
      {children}
    </Button>
  );
}
