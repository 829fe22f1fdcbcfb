// What Link says, in the languages that it has here; others are shown in English.
"use strict";
const WORDS = {
  en: {
    back: "Back", close: "Close", continue: "Continue", retry: "Try again", exit: "Exit", finish: "Finish",
    consentTitle: "{client} would like to connect your bank account",
    consentText: "You choose the bank and the account on the next screens.",
    updateTitle: "Your connection needs a fresh sign-in",
    updateText: "{client} keeps the connection that it has; nothing new is shared.",
    needTitle: "Only what is needed", needText: "Account and routing number, name and balance.",
    passwordTitle: "Your password stays here", passwordText: "{client} never sees it.",
    endTitle: "Yours to end", endText: "You can take this permission back at any time.",
    banks: "Banks", selectBank: "Select your bank", searchBank: "Search for your bank", bankName: "Bank name",
    suggested: "Suggested", noBank: "No bank has this name. Check the spelling, or try a part of it.",
    signIn: "Sign in to {bank}", username: "Username", password: "Password", pin: "PIN",
    deviceTitle: "How should the code come?", deviceText: "{bank} wants to know that it is you.", sendTo: "Send the code to",
    codeTitle: "Enter the code", codeText: "We have sent a code to your device. In the sandbox it is 1234.", code: "Code",
    questions: "Security questions", confirm: "Please confirm",
    oauthTitle: "Continue at {bank}",
    oauthText: "A window of {bank} opens, where you sign in and allow the connection. Then you come back here.",
    oauthHere: "Continue in this tab",
    oauthBlocked: "The browser blocked the bank's window. Allow pop-ups for this page, then press Continue again.",
    oauthWaiting: "Waiting for {bank}. Nothing to see? Press Continue to open its window again.",
    oauthClosed: "The bank's window was closed before you allowed the connection. Press Continue to open it again.",
    accountTitle: "Select account", accountOne: "Select one account", accountSeveral: "Select the accounts to share",
    failed: "That did not work", anotherBank: "Choose another bank", wrong: "Something went wrong.",
    success: "Success", connected: "Your account at {bank} is connected to {client}.",
    done: "Your account is connected. You can close this page.",
    unusable: "This link cannot be used", nothing: "Nothing was connected", closePage: "You can close this page.",
    lostTitle: "No connection", lostText: "Link could not be reached. Check the network and try again.",
    leaveTitle: "Leave without connecting?", leaveText: "What you have entered is not kept.",
    leaveYes: "Yes, exit", leaveNo: "No, continue",
    note: "Sandbox: user_good / pass_good",
    noteClassic: "Sandbox: user_good / pass_good, or plaid_test / plaid_good",
    bankText: "{client} asks to see your accounts, their numbers and their balances. You stay in charge: what you allow here can be taken back at {bank} at any time.",
    allow: "Allow", deny: "Deny", bankNote: "Sandbox: this is no bank, nothing is asked of you here",
    bankExpired: "This sign-in has expired. Close this window and start again.",
    bankAllowed: "Thank you. You can close this window.", bankDenied: "Nothing was shared. You can close this window.",
    checking: "checking", savings: "savings",
  },
  es: {
    back: "Atrás", close: "Cerrar", continue: "Continuar", retry: "Intentar de nuevo", exit: "Salir", finish: "Finalizar",
    consentTitle: "{client} desea conectar su cuenta bancaria",
    consentText: "Elegirá el banco y la cuenta en las siguientes pantallas.",
    updateTitle: "Su conexión necesita que inicie sesión de nuevo",
    updateText: "{client} conserva la conexión que tiene; no se comparte nada nuevo.",
    needTitle: "Solo lo necesario", needText: "Número de cuenta y de ruta, nombre y saldo.",
    passwordTitle: "Su contraseña se queda aquí", passwordText: "{client} nunca la ve.",
    endTitle: "Usted decide", endText: "Puede retirar este permiso en cualquier momento.",
    banks: "Bancos", selectBank: "Seleccione su banco", searchBank: "Busque su banco", bankName: "Nombre del banco",
    suggested: "Sugerido", noBank: "Ningún banco tiene este nombre. Revise la ortografía o pruebe con una parte.",
    signIn: "Inicie sesión en {bank}", username: "Usuario", password: "Contraseña", pin: "PIN",
    deviceTitle: "¿Cómo desea recibir el código?", deviceText: "{bank} quiere saber que es usted.", sendTo: "Enviar el código a",
    codeTitle: "Introduzca el código", codeText: "Hemos enviado un código a su dispositivo. En el sandbox es 1234.", code: "Código",
    questions: "Preguntas de seguridad", confirm: "Por favor, confirme",
    oauthTitle: "Continúe en {bank}",
    oauthText: "Se abre una ventana de {bank}, donde inicia sesión y permite la conexión. Después vuelve aquí.",
    oauthHere: "Continuar en esta pestaña",
    oauthBlocked: "El navegador bloqueó la ventana del banco. Permita las ventanas emergentes y pulse Continuar de nuevo.",
    oauthWaiting: "Esperando a {bank}. ¿No ve nada? Pulse Continuar para abrir su ventana de nuevo.",
    oauthClosed: "La ventana del banco se cerró antes de permitir la conexión. Pulse Continuar para abrirla de nuevo.",
    accountTitle: "Seleccione la cuenta", accountOne: "Seleccione una cuenta", accountSeveral: "Seleccione las cuentas que desea compartir",
    failed: "No ha funcionado", anotherBank: "Elegir otro banco", wrong: "Algo ha salido mal.",
    success: "Listo", connected: "Su cuenta de {bank} está conectada con {client}.",
    done: "Su cuenta está conectada. Puede cerrar esta página.",
    unusable: "Este enlace no se puede usar", nothing: "No se ha conectado nada", closePage: "Puede cerrar esta página.",
    lostTitle: "Sin conexión", lostText: "No se pudo contactar con Link. Revise la red e inténtelo de nuevo.",
    leaveTitle: "¿Salir sin conectar?", leaveText: "Lo que ha introducido no se guarda.",
    leaveYes: "Sí, salir", leaveNo: "No, continuar",
    note: "Sandbox: user_good / pass_good",
    noteClassic: "Sandbox: user_good / pass_good, o plaid_test / plaid_good",
    bankText: "{client} pide ver sus cuentas, sus números y sus saldos. Usted decide: lo que permita aquí puede retirarlo en {bank} en cualquier momento.",
    allow: "Permitir", deny: "Rechazar", bankNote: "Sandbox: esto no es un banco, aquí no se le pide nada",
    bankExpired: "Este inicio de sesión ha caducado. Cierre esta ventana y empiece de nuevo.",
    bankAllowed: "Gracias. Puede cerrar esta ventana.", bankDenied: "No se ha compartido nada. Puede cerrar esta ventana.",
    checking: "cuenta corriente", savings: "cuenta de ahorros",
  },
};
// Plaid's own words for an error are English; these stand in for those that a customer meets most.
const ERRORS = {
  es: {
    INVALID_CREDENTIALS: "Los datos no son correctos. Inténtelo de nuevo.",
    INVALID_MFA: "Las respuestas no son correctas. Inténtelo de nuevo.",
    INVALID_UPDATED_USERNAME: "El usuario no es el que se usó antes.",
    ITEM_LOCKED: "Su banco ha bloqueado la cuenta. Visite el sitio de su banco para desbloquearla.",
    NO_ACCOUNTS: "No se han encontrado cuentas adecuadas en su banco.",
    ACCESS_NOT_GRANTED: "No se ha concedido el permiso necesario.",
    INSTITUTION_DOWN: "Su banco no responde en este momento. Lo sentimos.",
    INVALID_LINK_TOKEN: "Este enlace ha caducado o ya se ha usado.",
  },
};
let spoken = "en";

function speak(language) {
  spoken = WORDS[language] ? language : "en";
  document.documentElement.lang = spoken;
}

function say(name, facts = {}) {
  return WORDS[spoken][name].replace(/\{(\w+)\}/g, (_, fact) => facts[fact] ?? "");
}

function sayError(error) {
  if (!error) return "";
  return ERRORS[spoken]?.[error.error_code] || error.display_message || error.error_message || say("wrong");
}
