import type { Feature } from "@/feature";

const feature: Feature = {
  access: "everyone",
  routes: [
    { path: "sign-in", lazy: () => import("./SignInPage") },
    { path: "register", lazy: () => import("./RegisterPage") },
    { path: "forgot-password", lazy: () => import("./ForgotPasswordPage") },
    { path: "reset-password", lazy: () => import("./ResetPasswordPage") },
    { path: "verify-email", lazy: () => import("./VerifyEmailPage") },
  ],
};

export default feature;
