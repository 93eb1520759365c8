package com.aiprod.pipeline.video;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class CaptionsTest {

    @Test
    void cuesAreWebVttAndEscaped() {
        String vtt = Captions.write(
                List.of(new Scene("Tom & <b>Jerry</b> --> ende", 0, 1.5), new Scene("Zwei", 1.5, 3661.25)), "de");

        assertThat(vtt).isEqualTo("""
                        WEBVTT
                        Language: de

                        1
                        00:00:00.000 --> 00:00:01.500
                        Tom &amp; &lt;b&gt;Jerry&lt;/b&gt; --&gt; ende

                        2
                        00:00:01.500 --> 01:01:01.250
                        Zwei
                        """);
    }

    @Test
    void readsWhatItWrote() {
        List<Scene> scenes = List.of(new Scene("Eins", 0, 1.5), new Scene("Zwei", 1.5, 3661.25));

        assertThat(Captions.read(Captions.write(scenes, "de"))).isEqualTo(scenes);
    }
}
