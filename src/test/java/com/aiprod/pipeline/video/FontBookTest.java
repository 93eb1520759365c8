package com.aiprod.pipeline.video;

import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.video.FontBook.Face;
import com.aiprod.pipeline.video.script.StyledText;
import com.ibm.icu.util.ULocale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class FontBookTest {

    @ParameterizedTest
    @CsvSource({
        "am, ሰላም ለዓለም",
        "ar, مرحبا بالعالم؟",
        "as, নমস্কাৰ",
        "bn, ওহে বিশ্ব।",
        "bo, བཀྲ་ཤིས་བདེ་ལེགས།",
        "chr, ᎣᏏᏲ",
        "cs, Příliš žluťoučký kůň",
        "de, Größe ẞ „Straße“",
        "dv, އައްސަލާމް",
        "el, Καλημέρα κόσμε",
        "en, Hello—world… €5 ½ №7",
        "fa, سلام دنیا، خوبی؟",
        "ff-Adlm, 𞤅𞤢𞤤𞤢𞥄𞤥",
        "gu, નમસ્તે",
        "he, שָׁלוֹם עוֹלָם",
        "hi, नमस्ते दुनिया।",
        "hy, Բարեւ աշխարհ",
        "ii, ꆈꌠꉙ",
        "iu, ᐊᐃᓐᖓᐃ",
        "ja, こんにちは、世界！カタカナ「東京」々ー",
        "jv, ꦱꦸꦒꦼꦁ",
        "ka, გამარჯობა",
        "km, សួស្តី​ពិភពលោក",
        "kn, ನಮಸ್ಕಾರ",
        "ko, 안녕하세요 세계",
        "lo, ສະບາຍດີ",
        "ml, നമസ്കാരം",
        "mn-Mong, ᠰᠠᠶᠢᠨ",
        "my, မင်္ဂလာပါ",
        "nqo, ߊߟߎ߫",
        "or, ନମସ୍କାର",
        "pa, ਸਤ ਸ੍ਰੀ ਅਕਾਲ",
        "pl, Zażółć gęślą jaźń",
        "ru, Съешь ещё этих мягких",
        "sat, ᱡᱚᱦᱟᱨ",
        "si, ආයුබෝවන්",
        "syr, ܫܠܡܐ",
        "ta, வணக்கம்",
        "te, నమస్కారం",
        "th, สวัสดีชาวโลก",
        "tr, İstanbul ığüş",
        "tzm, ⴰⵣⵓⵍ",
        "uk, Ґанок їжак є",
        "ur, ہیلو دنیا ٹھیک",
        "vai, ꕉꕜꕮ",
        "vi, Chào thế giới ệ ữ ợ",
        "yo, Ẹ kú àárọ̀",
        "zh-Hans, 你好，世界。汉字",
        "zh-Hant, 你好，世界。漢字「台灣」",
        "und, 😀 🚀 👩‍🚀 ❤️ 🇫🇷 ☀ ✓ ★ → ♫ ∑ √ 𝗕𝗼𝗹𝗱",
    })
    void everyLetterHasAGlyph(String language, String text) {
        for (Face face : Face.values()) {
            FontBook fonts = new FontBook(face, ULocale.forLanguageTag(language));

            assertThat(LineBreaks.letters(text)).as("%s in %s", language, face).allMatch(fonts::covers);
        }
    }

    @ParameterizedTest
    @EnumSource(Face.class)
    void detectsALetterWithoutAGlyph(Face face) {
        assertThat(new FontBook(face, ULocale.ENGLISH).covers("a\uE000")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "ja, 4.2g、防水IPX5。「A」・",
        "zh-Hans, 4.2g、防水IPX5。《A》",
        "zh-Hant, 4.2g、防水IPX5。【A】",
    })
    void eastAsianPunctuationAfterLatinLettersHasTheFontOfHan(String language, String text) {
        var letters = new FontBook(Face.LOUD, ULocale.forLanguageTag(language))
                .dress(StyledText.of(text), 40)
                .getIterator();
        letters.setIndex(text.indexOf('防'));
        Object han = letters.getAttribute(java.awt.font.TextAttribute.FONT);

        for (char c = letters.first(); c != java.text.CharacterIterator.DONE; c = letters.next()) {
            if (c > 0x3000) {
                assertThat(letters.getAttribute(java.awt.font.TextAttribute.FONT))
                        .as(String.valueOf(c))
                        .isEqualTo(han);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"LOUD", "CALM", "FILM"})
    void usesNoSystemFont(String face) {
        FontBook fonts = new FontBook(Face.valueOf(face), ULocale.ENGLISH);
        var letters = fonts.dress(StyledText.of("Az 你 ب 🚀"), 40).getIterator();

        for (char c = letters.first(); c != java.text.CharacterIterator.DONE; c = letters.next()) {
            java.awt.Font font = (java.awt.Font) letters.getAttribute(java.awt.font.TextAttribute.FONT);
            assertThat(font.getFamily()).startsWith("Noto");
        }
    }
}
