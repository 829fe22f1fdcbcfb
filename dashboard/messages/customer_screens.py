"""Every word that a customer reads at the counter, in English and in Spanish; `{...}` is filled in when it is shown."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Language(StrEnum):
    """A language that the customer's own steps are written in."""

    ENGLISH = "en"
    SPANISH = "es"


@dataclass(frozen=True)
class Words:
    """One language, complete: a text that is missing is an error of type, not a hole on the screen."""

    name: str
    switch: str
    hello: str
    who: str
    steps_heading: str
    step_agree: str
    step_bank: str
    step_done: str
    privacy: str
    mandate_heading: str
    mandate: str
    revoke_phone: str
    revoke_email: str
    revoke_address: str
    revoke_or: str
    agree: str
    decline: str
    bank_heading: str
    bank: str
    connect: str
    phone: str
    phone_heading: str
    phone_how: str
    phone_here: str
    time_left: str
    waiting: str
    working_heading: str
    working: str
    account_heading: str
    account: str
    not_debitable: str
    done_heading: str
    done: str
    bank_label: str
    account_label: str
    copy: str
    copy_mail: str
    copy_mailed: str
    finish: str
    exited_heading: str
    exited: str
    again: str
    stop: str
    failed_heading: str
    failed: str
    staff_question: str
    thanks_heading: str
    give_back: str
    declined: str
    cleared_heading: str
    cleared: str
    loading: str
    opening: str
    saving: str
    closed: str
    slow: str
    unavailable: str
    popup_blocked: str
    copy_title: str
    copy_given: str
    copy_customer: str
    copy_how: str
    copy_online: str
    copy_offline: str
    copy_numbers: str
    copy_revoked: str
    copy_keep: str
    copy_print: str


ENGLISH = Words(
    name="English",
    switch="Language",
    hello="Hello, {customer}",
    who="**{business}** asks you to connect your bank account, so that it can be debited for what you owe.",
    steps_heading="What will happen",
    step_agree="You read the authorization below and agree, or you do not.",
    step_bank="You choose your bank, sign in there and pick one checking or savings account.",
    step_done="You see the result and give this device back. Nothing is debited today by this.",
    privacy="Your bank password goes only to your bank. {business} never sees it.",
    mandate_heading="Authorization",
    mandate=(
        "By continuing, {customer} authorizes {business} to debit the bank account chosen in the next step"
        " electronically (ACH) for amounts owed for {business}'s goods or services, each for the amount agreed and on"
        " or after its due date, and, where a debit was made in error, to credit the account for its correction."
        " Debits may vary in amount and frequency; {business} announces the amount and date of each one. This"
        " authorization stays in force until {customer} revokes it by telling {business}{how}, giving it a reasonable"
        " time, at least three business days, to act. {customer} is an owner of the account or may authorize debits"
        " from it, and the transactions comply with US law."
    ),
    revoke_phone="by phone at {where}",
    revoke_email="by e-mail to {where}",
    revoke_address="by letter to {where}",
    revoke_or="or",
    agree="I agree, go on",
    decline="I do not agree",
    bank_heading="Connect your bank",
    bank="A window opens. Choose your bank, sign in, and pick one checking or savings account.",
    connect="Connect my bank",
    phone="Use my own phone instead",
    phone_heading="On your own phone",
    phone_how="Point your phone's camera at this code and open the address. Connect your bank there; this screen"
    " waits.",
    phone_here="Use this device instead",
    time_left="Good for another {time}.",
    waiting="Waiting for your phone …",
    working_heading="One moment …",
    working="Your bank has answered. We are setting up your account.",
    account_heading="Which account should be debited?",
    account="You shared several accounts. Choose one.",
    not_debitable="cannot be debited",
    done_heading="Your bank is connected",
    done="{business} can now debit this account as you agreed. You will be told the amount and date of each debit.",
    bank_label="Bank",
    account_label="Account",
    copy="Open my copy of the authorization, to print",
    copy_mail="Mail me my copy",
    copy_mailed="Your copy is being sent to your e-mail address.",
    finish="Done",
    exited_heading="Your bank is not connected",
    exited="The bank's window was closed before you finished. Nothing was connected, and nothing was debited.",
    again="Try again",
    stop="Stop here",
    failed_heading="This did not work",
    failed="Your bank could not be connected, and nothing was debited. Please give the device back; the person who"
    " gave it to you sees what happened.",
    staff_question="Your part is done. Please give the device back: there is one question left for {business}.",
    thanks_heading="Thank you",
    give_back="Please give the device back to the person who gave it to you.",
    declined="You did not agree, so nothing was connected and nothing can be debited.",
    cleared_heading="This screen was cleared",
    cleared="It was idle for two minutes, so your data is no longer shown. Nothing was lost.",
    loading="Loading the bank list …",
    opening="Opening …",
    saving="The bank has answered. Saving …",
    closed="The bank's window was closed before you finished. Nothing was connected.",
    slow="The bank's window has not appeared. Please give the device back, so that its network can be checked.",
    unavailable="The bank's window could not be loaded on this device. Nothing was connected.",
    popup_blocked="The browser blocked the bank's own window. Pop-ups must be allowed here; please ask for help.",
    copy_title="Your authorization of ACH debits",
    copy_given="Given on",
    copy_customer="Given by",
    copy_how="How",
    copy_online="By the customer, in the browser of the device named below",
    copy_offline="In person, before {operator}",
    copy_numbers="Reference numbers",
    copy_revoked="Revoked on",
    copy_keep="Keep this copy. To revoke the authorization, tell {business}{how}.",
    copy_print="Print",
)

SPANISH = Words(
    name="Español",
    switch="Idioma",
    hello="Hola, {customer}",
    who="**{business}** le pide conectar su cuenta bancaria para poder cargar en ella lo que usted deba.",
    steps_heading="Qué va a pasar",
    step_agree="Usted lee la autorización de abajo y la acepta, o no.",
    step_bank="Elige su banco, inicia sesión en él y escoge una cuenta corriente o de ahorros.",
    step_done="Ve el resultado y devuelve este dispositivo. Con esto no se carga nada hoy.",
    privacy="La contraseña de su banco va solo a su banco. {business} nunca la ve.",
    mandate_heading="Autorización",
    mandate=(
        "Al continuar, {customer} autoriza a {business} a cargar electrónicamente (ACH) en la cuenta bancaria elegida"
        " en el paso siguiente las cantidades adeudadas por los bienes o servicios de {business}, cada una por el"
        " importe acordado y en su fecha de vencimiento o después, y, si un cargo se hizo por error, a abonar en la"
        " cuenta su corrección. Los cargos pueden variar en importe y frecuencia; {business} anuncia el importe y la"
        " fecha de cada uno. Esta autorización sigue vigente hasta que {customer} la revoque comunicándolo a"
        " {business}{how}, con un plazo razonable, de al menos tres días hábiles, para actuar. {customer} es titular de"
        " la cuenta o puede autorizar cargos en ella, y las operaciones cumplen las leyes de los Estados Unidos."
    ),
    revoke_phone="por teléfono al {where}",
    revoke_email="por correo electrónico a {where}",
    revoke_address="por carta a {where}",
    revoke_or="o",
    agree="Acepto, continuar",
    decline="No acepto",
    bank_heading="Conecte su banco",
    bank="Se abre una ventana. Elija su banco, inicie sesión y escoja una cuenta corriente o de ahorros.",
    connect="Conectar mi banco",
    phone="Usar mi propio teléfono",
    phone_heading="En su propio teléfono",
    phone_how="Apunte la cámara de su teléfono a este código y abra la dirección. Conecte su banco allí; esta pantalla"
    " espera.",
    phone_here="Usar este dispositivo",
    time_left="Válido durante {time} más.",
    waiting="Esperando a su teléfono …",
    working_heading="Un momento …",
    working="Su banco ha respondido. Estamos preparando su cuenta.",
    account_heading="¿En qué cuenta se harán los cargos?",
    account="Usted compartió varias cuentas. Elija una.",
    not_debitable="no admite cargos",
    done_heading="Su banco está conectado",
    done="{business} ya puede cargar en esta cuenta lo que usted aceptó. Se le avisará del importe y la fecha de cada"
    " cargo.",
    bank_label="Banco",
    account_label="Cuenta",
    copy="Abrir mi copia de la autorización, para imprimir",
    copy_mail="Enviarme mi copia por correo",
    copy_mailed="Su copia se está enviando a su correo electrónico.",
    finish="Listo",
    exited_heading="Su banco no está conectado",
    exited="La ventana del banco se cerró antes del final. No se conectó nada y no se cargó nada.",
    again="Intentar de nuevo",
    stop="Dejarlo aquí",
    failed_heading="No ha funcionado",
    failed="No se pudo conectar su banco y no se cargó nada. Devuelva el dispositivo, por favor; la persona que se lo"
    " dio ve lo que pasó.",
    staff_question="Su parte está hecha. Devuelva el dispositivo, por favor: queda una pregunta para {business}.",
    thanks_heading="Gracias",
    give_back="Devuelva el dispositivo a la persona que se lo dio, por favor.",
    declined="Usted no aceptó, así que no se conectó nada y no se puede cargar nada.",
    cleared_heading="Esta pantalla se ha borrado",
    cleared="Nadie la tocó durante dos minutos, así que sus datos ya no se muestran. No se perdió nada.",
    loading="Cargando la lista de bancos …",
    opening="Abriendo …",
    saving="El banco ha respondido. Guardando …",
    closed="La ventana del banco se cerró antes del final. No se conectó nada.",
    slow="La ventana del banco no ha aparecido. Devuelva el dispositivo, por favor, para que se revise su conexión.",
    unavailable="La ventana del banco no se pudo cargar en este dispositivo. No se conectó nada.",
    popup_blocked="El navegador bloqueó la ventana del banco. Hay que permitir las ventanas; pida ayuda, por favor.",
    copy_title="Su autorización de cargos ACH",
    copy_given="Otorgada el",
    copy_customer="Otorgada por",
    copy_how="Cómo",
    copy_online="Por el cliente, en el navegador del dispositivo indicado abajo",
    copy_offline="En persona, ante {operator}",
    copy_numbers="Números de referencia",
    copy_revoked="Revocada el",
    copy_keep="Guarde esta copia. Para revocar la autorización, comuníquelo a {business}{how}.",
    copy_print="Imprimir",
)

WORDS: dict[Language, Words] = {Language.ENGLISH: ENGLISH, Language.SPANISH: SPANISH}
