import classes from "./Poster.module.css";
import { Fallback } from "./PosterFallback";

interface PosterProps {
  image: string | null;
  /** Decides what is drawn where there is no picture. */
  seed: number;
  /** `eager` for what is seen first, `lazy` for the rest. */
  loading?: "eager" | "lazy";
  /** How wide the picture is shown, for the browser to choose the right file. */
  sizes?: string;
}

const OWN = "/api/v1/events/";
const WIDTHS = [400, 800, 1600];

/** The picture of an event, in a frame of 8 to 5 that is there before it; drawn where none is. */
export function Poster({ image, seed, loading = "lazy", sizes = "100vw" }: PosterProps) {
  return (
    <span className={classes.frame}>
      {image === null ? (
        <Fallback seed={seed} />
      ) : (
        <img
          src={image}
          srcSet={sourcesOf(image)}
          sizes={sizes}
          alt=""
          width={1600}
          height={1000}
          loading={loading}
          decoding="async"
          fetchPriority={loading === "eager" ? "high" : undefined}
          className={classes.picture}
        />
      )}
    </span>
  );
}

/** Uploaded pictures exist in three widths; any other address is taken as it is. */
function sourcesOf(image: string): string | undefined {
  if (!image.startsWith(OWN)) return undefined;
  const glue = image.includes("?") ? "&" : "?";
  return WIDTHS.map((width) => `${image}${glue}size=${width} ${width}w`).join(", ");
}
