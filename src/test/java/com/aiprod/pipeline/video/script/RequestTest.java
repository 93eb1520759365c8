package com.aiprod.pipeline.video.script;

import static org.assertj.core.api.Assertions.assertThat;

import com.ibm.icu.util.ULocale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "en|Create a video about the sea at dawn|The sea at dawn",
                "en|Please make me a short 30-second product video on iPhone repairs.|iPhone repairs",
                "en|Can you generate a clip about \"Zero waste\"?|Zero waste",
                "en|I need a promo video for TikTok about our sale|Our sale",
                "en|Video about our new menu|Our new menu",
                "fr|Crée une vidéo sur la mer à l'aube|La mer à l'aube",
                "fr|Peux-tu faire une courte vidéo à propos d'un chat ?|Un chat",
                "de|Erstelle ein Video über das Meer im Morgengrauen|Das Meer im Morgengrauen",
                "de|Kannst du mir bitte ein kurzes Video über den Frühling erstellen?|Frühling",
                "es|Crea un vídeo sobre el mar al amanecer|El mar al amanecer",
                "it|Crea un breve video sull'alba al mare|Alba al mare",
                "pt|Crie um vídeo sobre o mar ao amanhecer|O mar ao amanhecer",
                "nl|Maak een korte video over de zee bij dageraad|De zee bij dageraad",
                "pl|Stwórz krótkie wideo o morzu o świcie|Morzu o świcie",
                "ru|Создай короткое видео о море на рассвете|Море на рассвете",
                "uk|Створи відео про море на світанку|Море на світанку",
                "tr|Şafakta deniz hakkında bir video oluştur|Şafakta deniz",
                "ar|أنشئ مقطع فيديو عن البحر عند الفجر|البحر عند الفجر",
                "he|צור סרטון קצר על הים בשחר|הים בשחר",
                "ja|夜明けの海についての動画を作ってください。|夜明けの海",
                "ja|桜を紹介する動画を作成してください|桜",
                "zh|请制作一个关于海上日出的视频|海上日出",
                "zh|製作一個關於海上日出的影片|海上日出",
                "ko|바다의 새벽에 대한 영상을 만들어 주세요|바다의 새벽",
                "hi|समुद्र के बारे में एक वीडियो बनाएं|समुद्र",
                "sv|Skapa en kort video om havet i gryningen|Havet i gryningen",
                "id|Buatkan video pendek tentang laut|Laut",
                "vi|Hãy tạo một video về biển lúc bình minh|Biển lúc bình minh",
            })
    void findsTheTopic(String language, String content, String title) {
        assertThat(Request.at(content)).hasValueSatisfying(request -> {
            assertThat(request.title()).isEqualTo(title);
            assertThat(request.text()).isEmpty();
            assertThat(request.language().getLanguage()).isEqualTo(language);
        });
    }

    @Test
    void keepsTheRestAsContent() {
        assertThat(Request.at("Create a video about our bakery: fresh bread every day. Open at 7.\nCome in!"))
                .contains(new Request("Our bakery", "fresh bread every day. Open at 7.\nCome in!", ULocale.ENGLISH));
        assertThat(Request.at("Crée une vidéo sur la mer. Elle chante."))
                .contains(new Request("La mer", "Elle chante.", ULocale.FRENCH));
        assertThat(Request.at("海の夜明けについての動画を作ってください。静かな波。")).contains(new Request("海の夜明け", "静かな波。", ULocale.JAPANESE));
        assertThat(Request.at("Make a video with the text: \"Happy birthday, Mum!\""))
                .contains(new Request("", "Happy birthday, Mum!", ULocale.ENGLISH));
        assertThat(Request.at("Create a video:\n\nWe open on Friday."))
                .contains(new Request("", "We open on Friday.", ULocale.ENGLISH));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Create a video about",
                "Create a video about.",
                "Create a video.",
                "Create a videogame about cats",
                "Make a video about it and send it to Tom.",
                "Make a video of your best trick and win!",
                "Create a better world. Make a video about love.",
                "We create a video about the sea every week.",
                "Videos about the sea",
                "A film about love and loss",
                "Fais une vidéo",
                "Erstelle ein Video über",
                "Crea un vídeo sobre ello",
                "動画を作ってください",
                "The sea at dawn",
            })
    void leavesATextInDoubtAsItIs(String content) {
        assertThat(Request.at(content)).isEmpty();
    }

    @Test
    void readsAHostileLineQuickly() {
        assertThat(Request.at("create a " + "very ".repeat(1900) + "video about"))
                .isEmpty();
        assertThat(Request.at("please ".repeat(1400))).isEmpty();
    }
}
