import { Button, Group, NativeSelect } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { Notice } from "@/ui";

import { hasTorch, openCamera, switchTorch, watch } from "./camera";
import classes from "./Door.module.css";

type State = { kind: "starting" } | { kind: "refused" } | { kind: "open"; stream: MediaStream };

/** The camera's picture, searched for QR codes; `isPaused` while an answer stands on the screen. */
export function Scanner({
  isPaused,
  onCode,
}: {
  isPaused: boolean;
  onCode: (code: string) => void;
}) {
  const { t } = useTranslation("door");
  const [deviceId, setDeviceId] = useState<string | null>(null);
  const [attempt, setAttempt] = useState(0);
  const state = useCamera(deviceId, attempt);
  const video = useRef<HTMLVideoElement>(null);
  const stream = state.kind === "open" ? state.stream : null;
  useEffect(() => {
    const view = video.current;
    if (view === null || stream === null) return;
    view.srcObject = stream;
    void view.play().catch(() => undefined);
  }, [stream]);
  useEffect(() => {
    const view = video.current;
    if (view === null || stream === null || isPaused) return;
    const control = new AbortController();
    void watch(view, control.signal, onCode);
    return () => control.abort();
  }, [stream, isPaused, onCode]);
  useWakeLock(stream !== null);
  if (state.kind === "refused") {
    return (
      <>
        <div className={classes.noVideo}>
          <Notice
            tone="caution"
            isAnnounced
            title={t("scan.refused")}
            actions={
              <Button size="sm" variant="default" onClick={() => setAttempt(attempt + 1)}>
                {t("scan.again")}
              </Button>
            }
          />
        </div>
        <p className={classes.aim} />
      </>
    );
  }
  return (
    <div>
      <video ref={video} className={classes.video} muted playsInline aria-label={t("scan.view")} />
      <p className={classes.aim}>{t(stream === null ? "scan.starting" : "scan.aim")}</p>
      {stream !== null && <Controls stream={stream} onChoose={setDeviceId} />}
    </div>
  );
}

function Controls({
  stream,
  onChoose,
}: {
  stream: MediaStream;
  onChoose: (deviceId: string) => void;
}) {
  const { t } = useTranslation("door");
  const [cameras, setCameras] = useState<MediaDeviceInfo[]>([]);
  const [isLit, setIsLit] = useState(false);
  useEffect(() => {
    void navigator.mediaDevices
      .enumerateDevices()
      .then((devices) => setCameras(devices.filter(({ kind }) => kind === "videoinput")));
  }, []);
  const current = stream.getVideoTracks()[0]?.getSettings().deviceId;
  const light = () => {
    setIsLit(!isLit);
    void switchTorch(stream, !isLit).catch(() => setIsLit(isLit));
  };
  return (
    <Group justify="center">
      {hasTorch(stream) && (
        <Button variant={isLit ? "filled" : "default"} aria-pressed={isLit} onClick={light}>
          {t("scan.torch")}
        </Button>
      )}
      {cameras.length > 1 && (
        <NativeSelect
          aria-label={t("scan.camera")}
          value={current}
          onChange={(event) => onChoose(event.currentTarget.value)}
          data={cameras.map(({ deviceId: value, label }, index) => ({
            value,
            label: label || `${t("scan.camera")} ${index + 1}`,
          }))}
        />
      )}
    </Group>
  );
}

function useCamera(deviceId: string | null, attempt: number): State {
  const [state, setState] = useState<State>({ kind: "starting" });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt opens it anew
  useEffect(() => {
    let opened: MediaStream | null = null;
    let isOver = false;
    setState({ kind: "starting" });
    const stop = () => {
      for (const track of opened?.getTracks() ?? []) track.stop();
    };
    Promise.resolve()
      .then(() => openCamera(deviceId))
      .then((stream) => {
        opened = stream;
        if (isOver) stop();
        else setState({ kind: "open", stream });
      })
      .catch(() => !isOver && setState({ kind: "refused" }));
    return () => {
      isOver = true;
      stop();
    };
  }, [deviceId, attempt]);
  return state;
}

/** Keep the screen lit while people queue. */
function useWakeLock(isWanted: boolean): void {
  useEffect(() => {
    if (!isWanted || !("wakeLock" in navigator)) return;
    const lock = navigator.wakeLock.request("screen").catch(() => null);
    return () => void lock.then((held) => held?.release());
  }, [isWanted]);
}
