import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";
import decoder from "zxing-wasm/reader/zxing_reader.wasm?url";

// Without this the package would fetch its decoder from another site.
prepareZXingModule({ overrides: { locateFile: () => decoder } });

const LOOK_MS = 120;
const SIDE_PIXELS_MAX = 720;

/** Open the camera at the back, or the one named. Rejects where none may be used. */
export function openCamera(deviceId: string | null): Promise<MediaStream> {
  const choice = deviceId ? { deviceId: { exact: deviceId } } : { facingMode: "environment" };
  return navigator.mediaDevices.getUserMedia({ audio: false, video: choice });
}

/** Whether the camera's lamp can be switched on. */
export function hasTorch(stream: MediaStream): boolean {
  const [track] = stream.getVideoTracks();
  const abilities = track?.getCapabilities?.() as { torch?: boolean } | undefined;
  return abilities?.torch === true;
}

export async function switchTorch(stream: MediaStream, isOn: boolean): Promise<void> {
  const [track] = stream.getVideoTracks();
  await track?.applyConstraints({ advanced: [{ torch: isOn } as MediaTrackConstraintSet] });
}

/** Look for a QR code in the picture, again and again, until `signal` aborts. */
export async function watch(
  video: HTMLVideoElement,
  signal: AbortSignal,
  onCode: (code: string) => void,
): Promise<void> {
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  while (!signal.aborted && pen !== null) {
    if (video.videoWidth > 0) {
      const scale = Math.min(1, SIDE_PIXELS_MAX / Math.max(video.videoWidth, video.videoHeight));
      canvas.width = video.videoWidth * scale;
      canvas.height = video.videoHeight * scale;
      pen.drawImage(video, 0, 0, canvas.width, canvas.height);
      const image = pen.getImageData(0, 0, canvas.width, canvas.height);
      const [found] = await readBarcodes(image, { formats: ["QRCode"], maxNumberOfSymbols: 1 });
      if (found?.text && !signal.aborted) onCode(found.text);
    }
    await new Promise((done) => setTimeout(done, LOOK_MS));
  }
}
