package com.aiprod.pipeline.security;

import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2TokenValidatorResult;
import org.springframework.security.oauth2.jwt.Jwt;

/** A token must end some day, and name a user by an id that can be stored, compared and logged. */
class TokenRules implements OAuth2TokenValidator<Jwt> {

    /** OpenID Connect Core, section 2: {@code sub} must not exceed 255 ASCII characters. */
    private static final int MAX_SUBJECT_LENGTH = 255;

    @Override
    public OAuth2TokenValidatorResult validate(Jwt token) {
        if (token.getExpiresAt() == null) {
            return refused("The token has no exp");
        }
        String subject = token.getSubject();
        if (subject == null
                || subject.isBlank()
                || subject.length() > MAX_SUBJECT_LENGTH
                || subject.codePoints().anyMatch(TokenRules::isNoCharacter)) {
            return refused("The token's sub cannot be used as a user id");
        }
        return OAuth2TokenValidatorResult.success();
    }

    /** A control, or half of a surrogate pair, which {@link String#codePoints()} leaves single. */
    private static boolean isNoCharacter(int codePoint) {
        return Character.isISOControl(codePoint) || Character.getType(codePoint) == Character.SURROGATE;
    }

    private static OAuth2TokenValidatorResult refused(String why) {
        return OAuth2TokenValidatorResult.failure(new OAuth2Error(OAuth2ErrorCodes.INVALID_TOKEN, why, null));
    }
}
