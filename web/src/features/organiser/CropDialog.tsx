import "react-easy-crop/react-easy-crop.css";

import { Button, Group, Modal, Slider } from "@mantine/core";
import { useEffect, useState } from "react";
import Cropper from "react-easy-crop";
import { useTranslation } from "react-i18next";

import { ErrorState, Notice } from "@/ui";

import { type Area, ASPECT, cut } from "./crop";
import classes from "./Organiser.module.css";

const ZOOM_MAX = 4;
const ZOOM_STEP = 0.05;
const MOVE_STEP_PIXELS = 10;

interface CropDialogProps {
  file: File;
  isBusy: boolean;
  error: unknown;
  onClose: () => void;
  onCut: (picture: Blob) => void;
}

/** Choose the part of a picture that pages show, by pointer, by touch or by keyboard. */
export default function CropDialog({ file, isBusy, error, onClose, onCut }: CropDialogProps) {
  const { t } = useTranslation("organiser");
  const { t: common } = useTranslation();
  const address = useAddress(file);
  const [area, setArea] = useState<Area | null>(null);
  const [isBroken, setIsBroken] = useState(false);
  const take = () => {
    if (address === null || area === null) return;
    cut(address, area).then(onCut, () => setIsBroken(true));
  };
  return (
    <Modal
      opened
      size="xl"
      onClose={onClose}
      title={t("image.cropTitle")}
      // The picture is measured as it appears, so it must not be growing then.
      transitionProps={{ duration: 0 }}
      closeButtonProps={{ "aria-label": common("close") }}
    >
      {isBroken && <Notice tone="bad" isAnnounced title={t("image.broken")} />}
      {!isBroken && address !== null && (
        <Part address={address} onChange={setArea} onBroken={() => setIsBroken(true)} />
      )}
      {error !== null && <ErrorState error={error} />}
      <Group mt="lg" justify="flex-end">
        <Button variant="default" onClick={onClose} disabled={isBusy}>
          {common("back")}
        </Button>
        <Button onClick={take} loading={isBusy} disabled={area === null || isBroken}>
          {t("image.use")}
        </Button>
      </Group>
    </Modal>
  );
}

interface PartProps {
  address: string;
  onChange: (area: Area) => void;
  onBroken: () => void;
}

/** The picture below a frame of the pages' shape: it is moved and enlarged, the frame stays. */
function Part({ address, onChange, onBroken }: PartProps) {
  const { t } = useTranslation("organiser");
  const [crop, setCrop] = useState({ x: 0, y: 0 });
  const [zoom, setZoom] = useState(1);
  return (
    <>
      <p className={classes.hint}>{t("image.cropHint")}</p>
      <div className={classes.cropper}>
        <Cropper
          image={address}
          aspect={ASPECT}
          crop={crop}
          zoom={zoom}
          maxZoom={ZOOM_MAX}
          keyboardStep={MOVE_STEP_PIXELS}
          showGrid={false}
          disableAutomaticStylesInjection
          onCropChange={setCrop}
          onZoomChange={setZoom}
          onCropAreaChange={(_share, pixels) => onChange(pixels)}
          onCropComplete={(_share, pixels) => onChange(pixels)}
          mediaProps={{ alt: "", onError: onBroken }}
          cropperProps={{ role: "group", "aria-label": t("image.cropArea") }}
        />
      </div>
      <p id="crop-zoom" className={classes.zoom}>
        {t("image.zoom")}
      </p>
      <Slider
        value={zoom}
        min={1}
        max={ZOOM_MAX}
        step={ZOOM_STEP}
        label={null}
        onChange={setZoom}
        thumbProps={{ "aria-labelledby": "crop-zoom" }}
      />
    </>
  );
}

/** An address of the file for as long as it is shown. */
function useAddress(file: File): string | null {
  const [address, setAddress] = useState<string | null>(null);
  useEffect(() => {
    const made = URL.createObjectURL(file);
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  return address;
}
