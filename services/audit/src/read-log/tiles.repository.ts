import { Injectable } from '@nestjs/common';
import { tilesFor, type FindTile, type Range, type TilePlace } from '#libs/merkle';
import { Database } from '#libs/storage';

interface Row {
  level: number;
  index: string;
  hashes: Buffer;
}

const FIND_TILES = {
  name: 'find-tiles',
  text: `SELECT level, index, hashes FROM audit.tiles
       JOIN json_to_recordset($2) AS wanted(level smallint, index bigint) USING (level, index)
       WHERE organization = $1`,
};

@Injectable()
export class TilesRepository {
  constructor(private readonly database: Database) {}

  /** The tiles that hold what is needed for these ranges of a log. */
  async tilesOf(organization: string, ranges: readonly Range[]): Promise<FindTile> {
    return this.tilesAt(organization, tilesFor(ranges));
  }

  /** Tiles of a log by their places. */
  async tilesAt(organization: string, places: readonly TilePlace[]): Promise<FindTile> {
    const rows = await this.database
      .asTenant({ organization })
      .queryPrepared<Row>(FIND_TILES, [organization, JSON.stringify(places)]);
    const tiles = new Map(rows.map(({ level, index, hashes }) => [`${level}/${index}`, hashes]));
    return ({ level, index }: TilePlace) => {
      const hashes = tiles.get(`${level}/${index}`);
      if (!hashes) throw new Error(`The log of ${organization} has no tile ${level}/${index}: was it removed by hand?`);
      return hashes;
    };
  }
}
