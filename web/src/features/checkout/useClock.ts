import { useEffect, useState } from "react";

/**
 * Seconds left until `expiresAt`, by the server's clock: `serverTime` is what that clock said when
 * the answer arrived here, at `receivedAt` of this device's.
 */
export function secondsLeft(
  expiresAt: string,
  serverTime: string,
  receivedAt: number,
  now: number,
): number {
  const whole = (Date.parse(expiresAt) - Date.parse(serverTime)) / 1000;
  return Math.max(0, whole - (now - receivedAt) / 1000);
}

const TICK_MILLISECONDS = 500;

/** The present moment, again and again. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MILLISECONDS);
    return () => clearInterval(timer);
  }, []);
  return now;
}
