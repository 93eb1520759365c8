package com.aiprod.pipeline.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.Set;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which targets a webhook may have. */
class WebhookTargetsTest {

    private final WebhookTargets targets = new WebhookTargets(false, Set.of(443));
    private final WebhookTargets twoPorts = new WebhookTargets(false, Set.of(443, 8443));
    private final WebhookTargets local = new WebhookTargets(true, Set.of(443));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0",
                "0.1.2.3",
                "10.0.0.1",
                "10.255.255.255",
                "100.64.0.1",
                "100.100.100.200",
                "100.127.255.255",
                "127.0.0.1",
                "127.255.255.254",
                "168.63.129.16",
                "169.254.0.1",
                "169.254.169.254",
                "172.16.0.1",
                "172.31.255.255",
                "192.0.0.192",
                "192.0.2.1",
                "192.88.99.1",
                "192.168.0.1",
                "198.18.0.1",
                "198.19.255.255",
                "198.51.100.7",
                "203.0.113.7",
                "224.0.0.1",
                "239.255.255.250",
                "240.0.0.1",
                "255.255.255.255",
                "::",
                "::1",
                "::127.0.0.1",
                "::ffff:127.0.0.1",
                "::ffff:a9fe:a9fe",
                "::ffff:0:127.0.0.1",
                "64:ff9b::7f00:1",
                "64:ff9b::169.254.169.254",
                "64:ff9b:1::1",
                "100::1",
                "2001::1",
                "2001:db8::1",
                "2002:7f00:1::",
                "2002:a9fe:a9fe::1",
                "3fff::1",
                "fc00::1",
                "fd00:ec2::254",
                "fe80::1",
                "fec0::1",
                "ff02::1"
            })
    void rejectsAddressesThatAreNotPublic(String address) throws Exception {
        String literal = address.contains(":") ? "[" + address + "]" : address;
        assertThat(WebhookTargets.isPublic(InetAddress.getByName(literal))).isFalse();
        assertThatThrownBy(() -> targets.resolve(literal)).isInstanceOf(WebhookTargets.ClosedAddressException.class);
        assertThat(targets.fault("https://" + literal + "/hook")).hasValue("must not be in a private network");
        assertThat(local.resolve(literal)).hasSize(1);
        assertThat(local.fault("http://" + literal + ":8080/hook")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.1.1.1",
                "9.255.255.255",
                "11.0.0.1",
                "100.63.255.255",
                "100.128.0.1",
                "126.255.255.255",
                "128.0.0.1",
                "169.253.255.255",
                "169.255.0.1",
                "172.15.255.255",
                "172.32.0.1",
                "191.255.255.255",
                "192.0.1.1",
                "192.167.255.255",
                "192.169.0.1",
                "198.17.255.255",
                "198.20.0.1",
                "223.255.255.255",
                "2606:4700::1111",
                "2a00:1450:4001::1",
                "::ffff:1.1.1.1"
            })
    void acceptsPublicAddresses(String address) throws Exception {
        String literal = address.contains(":") ? "[" + address + "]" : address;
        assertThat(targets.resolve(literal)).containsExactly(InetAddress.getByName(literal));
        assertThat(targets.fault("https://" + literal + "/hook")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "127.1", "2130706433", "2852039166"})
    void rejectsANameThatResolvesToAPrivateAddress(String host) {
        assertThatThrownBy(() -> targets.resolve(host)).isInstanceOf(WebhookTargets.ClosedAddressException.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "http://example.com/ | must begin with https://",
                "ftp://example.com/ | must begin with https://",
                "file:///etc/passwd | must begin with https://",
                "example.com/hook | must begin with https://",
                "//example.com/hook | must begin with https://",
                "https://user:secret@example.com/ | must not contain a user, password or fragment",
                "https://example.com/#there | must not contain a user, password or fragment",
                "https://localhost/ | must not be in a private network",
                "https://LOCALHOST:8443/ | must not be in a private network",
                "https://a.localhost/ | must not be in a private network",
                "https://2130706433/ | must not be in a private network",
                "https://99999999999/ | must not be in a private network",
                "https://localhost./ | must not be in a private network",
                "https://a.localhost./ | must not be in a private network",
                "https://0x7f000001/ | must not be in a private network",
                "https://0X7F000001./ | must not be in a private network",
                "https://0x/ | must not be in a private network",
                "https://017700000001/ | must not be in a private network",
                "https://2130706433./ | must not be in a private network",
                "https://010.0.0.1/ | must not be in a private network",
                "https://[fe80::1%25lo]/ | must not name a network interface",
                "https://[fe80::1%lo]/ | must not name a network interface",
                "https://[2606:4700::1111%25eth0]/ | must not name a network interface",
                "https://127.1/ | must not be in a private network",
                "https://0x7f.0.0.1/ | must not be in a private network",
                "https://999.1.1.1/ | has an invalid IPv4 address",
                "https://1.1.1.0000000001/ | has an invalid IPv4 address",
                "https://１２７.0.0.1/ | must not be in a private network",
                "https://ｌｏｃａｌｈｏｓｔ/ | must not be in a private network",
                "https://127。0。0。1/ | must not be in a private network",
                "https://①②⑦.0.0.1/ | must not be in a private network",
                "https://loc%61lhost/ | has an invalid host name",
                "https://example.com%2f.evil.example/ | has an invalid host name",
                "https://-example.com/ | has an invalid host name",
                "https://a..example.com/ | has an invalid host name",
                "https://xn--a\u200D.example/ | has an invalid host name",
                "https://a^b.example.com/ | has an invalid host name",
                "https:///hook | has no host",
                "https:hook | has no host",
                "https://:8443/ | has no host",
                "https://example.com:0/ | must have a port from 1 to 65535",
                "https://example.com:65536/ | must have a port from 1 to 65535",
                "https://example.com:4294967739/ | must have a port from 1 to 65535",
                "https://example.com:x/ | has an invalid host or port",
                "https://example.com:1:2/ | has an invalid host or port",
                "https://[::1/ | has an invalid host or port",
                "https://[12345::1]/ | has an invalid IPv6 address",
                "https://[127.0.0.1]/ | has an invalid IPv6 address",
                "https://example.com/a b | must not contain whitespace or control characters",
                "https://example.com/\u00A0 | must not contain whitespace or control characters",
                "https://example.com/\u0085 | must not contain whitespace or control characters",
                "https://10.0.0.1\\@example.com/ | must not contain a backslash",
                "https://example.com/\\..\\x | must not contain a backslash",
                "https://example.com/100% | has a % that is not followed by two hexadecimal digits",
                "https://example.com:8443/ | must use port 443",
                "https://example.com:22/ | must use port 443",
                "'' | must begin with https://"
            })
    void namesTheErrorInAUrl(String url, String fault) {
        assertThat(targets.fault(url)).hasValue(fault);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://example.com",
                "HTTPS://Example.com:443/a%20b?token=x&y=%C3%BC",
                "https://hooks.example.co.uk/services/T0/B0/x"
            })
    void acceptsAValidUrl(String url) {
        assertThat(targets.fault(url)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "https://example.com,https://example.com",
        "HTTPS://Example.com:8443/A%20b?x=%c3%bc,https://example.com:8443/A%20b?x=%c3%bc",
        "https://my_hook.example.com/x,https://my_hook.example.com/x",
        "https://_hook.example.com:/x,https://_hook.example.com/x",
        "https://example.com/x?a=1|2,https://example.com/x?a=1%7C2",
        "https://example.com/x?a[]={1}^`,https://example.com/x?a%5B%5D=%7B1%7D%5E%60",
        "https://bücher.example/é?q=海,https://xn--bcher-kva.example/%C3%A9?q=%E6%B5%B7",
        "https://xn--bcher-kva.example./,https://xn--bcher-kva.example./",
        "https://faß.example?x,https://xn--fa-hia.example?x",
        "https://[2606:4700::1111]:8443/,https://[2606:4700::1111]:8443/",
    })
    void normalizesAUrlAsTheClientCallsIt(String url, String spelled) throws Exception {
        assertThat(twoPorts.fault(url)).isEmpty();
        assertThat(twoPorts.spelled(url)).isEqualTo(spelled);
        // The client's host is the one that was checked.
        assertThat(new HttpPost(spelled).getAuthority().toString())
                .isEqualTo(spelled.replaceFirst("https://", "").replaceFirst("[/?].*", ""));
        assertThat(twoPorts.fault(spelled)).isEmpty();
    }

    @Test
    void looksUpAnInternationalNameInItsAsciiForm() {
        assertThatThrownBy(() -> targets.resolve("１２７.0.0.1"))
                .isInstanceOf(WebhookTargets.ClosedAddressException.class);
    }

    @Test
    void acceptsTheAllowedPorts() {
        assertThat(twoPorts.fault("https://example.com:8443/")).isEmpty();
        assertThat(twoPorts.fault("https://example.com/")).isEmpty();
        assertThat(twoPorts.fault("https://example.com:22/")).hasValue("must use one of the ports 443, 8443");
        assertThat(new WebhookTargets(false, Set.of(8443)).fault("https://example.com/"))
                .hasValue("must use port 8443");
        assertThat(local.fault("http://127.0.0.1:8080/")).isEmpty();
    }

    @Test
    void rejectsATooLongUrl() {
        String url = "https://example.com/" + "x".repeat(2028);
        assertThat(targets.fault(url)).isEmpty();
        assertThat(targets.fault(url + "x")).hasValue("has more than 2048 characters");
    }
}
