/** The part of a picture that its organiser chose, in the picture's own pixels. */
export interface Area {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Pages show an event's picture 8 to 5, and never wider than this. */
export const ASPECT = 8 / 5;
const WIDTH_MAX = 1600;
const QUALITY = 0.9;

/** How large the cut picture is: as large as the part itself, up to what pages show. */
export function sizeOf(area: Area): { width: number; height: number } {
  const width = Math.max(1, Math.round(Math.min(area.width, WIDTH_MAX)));
  return { width, height: Math.max(1, Math.round(width / ASPECT)) };
}

/** Cut a part out of a picture, as JPEG on white paper. Rejects for what is no picture. */
export async function cut(address: string, area: Area): Promise<Blob> {
  const picture = new Image();
  picture.src = address;
  await picture.decode();
  const { width, height } = sizeOf(area);
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("no canvas");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, area.x, area.y, area.width, area.height, 0, 0, width, height);
  const made = await new Promise<Blob | null>((resolve) =>
    canvas.toBlob(resolve, "image/jpeg", QUALITY),
  );
  if (made === null) throw new Error("the picture could not be written");
  return made;
}
