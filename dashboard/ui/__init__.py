"""Parts of pages that several pages share: errors, formats, navigation, sign-in."""
